package wiretap

import "sync/atomic"

// Script decides what happens to a request. It is asked once for every request,
// retries of the SDK included. It runs concurrently and without a lock, so it
// may wait and may use the Tap; what it gets is its own copy.
type Script func(Request) Fault

// Inject sets the script of an operation, such as "PutItem"; that for "" holds
// for all operations that have none of their own. It takes the place of the
// script before; nil ends it.
func (t *Tap) Inject(operation string, script Script) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if script == nil {
		delete(t.scripts, operation)
		return
	}
	t.scripts[operation] = script
}

// InOrder gives each request the next of the faults, and none after the last.
// With a single fault, that happens once.
func InOrder(faults ...Fault) Script {
	var next atomic.Int64
	return func(Request) Fault {
		if i := int(next.Add(1)) - 1; i < len(faults) {
			return faults[i]
		}
		return Fault{}
	}
}

// Times gives the next n requests the same fault, and none after that.
func Times(n int, fault Fault) Script {
	var asked atomic.Int64
	return func(Request) Fault {
		if asked.Add(1) <= int64(n) {
			return fault
		}
		return Fault{}
	}
}

// Always gives every request the same fault.
func Always(fault Fault) Script {
	return func(Request) Fault { return fault }
}
