//go:build unix

// Package cputime tells benchmarks how much CPU time something took. What else a
// machine does has less influence on it than on the time of the clock.
package cputime

import (
	"syscall"
	"time"
)

// Of returns the CPU time of the whole process, collector included, while f runs.
func Of(f func()) time.Duration {
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	f()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	total := func(r *syscall.Rusage) int64 { return r.Utime.Nano() + r.Stime.Nano() }
	return time.Duration(total(&after) - total(&before))
}
