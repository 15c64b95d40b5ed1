package memkms

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Fault is what happens to one call. The zero Fault is none. Latency goes
// together with all others; of those, Cut comes before Code, and Code before
// KeyID.
type Fault struct {
	// Latency is waited for before anything else, or until the context of the
	// request ends.
	Latency time.Duration
	// Cut closes the connection without an answer.
	Cut bool
	// Code is an error code as the service sends it, such as
	// "ThrottlingException". The HTTP status is the one that KMS sends with it.
	Code string
	// Message goes with Code; there is a default.
	Message string
	// KeyID replaces the KeyId of a successful answer.
	KeyID string
}

func (f Fault) message() string {
	if f.Message != "" {
		return f.Message
	}
	return "A fault that the test has injected"
}

// errCut stands for a connection that was cut.
var errCut = errors.New("memkms: connection cut")

// Inject makes calls fail: decide is asked once for every call before it is
// served, retries of the SDK included, and its Fault happens to that call. It
// runs concurrently and without a lock, so it may wait and may use k. It takes
// the place of the function before; nil ends all faults.
func (k *KMS) Inject(decide func(Request) Fault) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.inject = decide
}

// InOrder is a function for [KMS.Inject] that gives each call the next of the
// faults, and none after the last.
func InOrder(faults ...Fault) func(Request) Fault {
	var next atomic.Int64
	return func(Request) Fault {
		if i := int(next.Add(1)) - 1; i < len(faults) {
			return faults[i]
		}
		return Fault{}
	}
}

// SetLatency makes every call from now on take at least this long.
func (k *KMS) SetLatency(latency time.Duration) {
	k.latency.Store(int64(latency))
}

func (k *KMS) fault(request Request) Fault {
	k.mu.RLock()
	decide := k.inject
	k.mu.RUnlock()
	if decide == nil {
		return Fault{}
	}
	return decide(request.clone())
}

// wait lets the latency pass. Its error is that of the context.
func (k *KMS) wait(ctx context.Context, more time.Duration) error {
	latency := time.Duration(k.latency.Load()) + more
	if latency <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
