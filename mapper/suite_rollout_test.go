package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Member is what all versions of the struct have.
type Member struct {
	ID      string `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string `dynamodbav:"email" ddbcrypt:"encrypt"`
	Changes int    `dynamodbav:"changes" ddbcrypt:"sign"`
	Version int64  `dynamodbav:"version" ddbcrypt:"version"`
}

func (m *Member) member() *Member { return m }

// record is a pointer to a version of the struct.
type record[T any] interface {
	*T
	member() *Member
}

// rollout is a table in the hands of several programs, and what they know to be in it.
type rollout struct {
	t  *testing.T
	mu sync.Mutex
	// written has the fields that were once written, as field/id.
	written map[string]bool
	changes int
}

const (
	rolloutItems = 5
	rolloutTurns = 8 // of each goroutine
)

func memberID(n int) string { return fmt.Sprintf("member-%d", n%rolloutItems) }

// newRollout begins with the items of one program.
func newRollout[T any, P record[T]](t *testing.T, m *mapper.Mapper[T]) *rollout {
	t.Helper()
	r := &rollout{t: t, written: map[string]bool{}}
	for n := range rolloutItems {
		value := P(new(T))
		value.member().ID = memberID(n)
		r.change(value)
		require.NoError(t, m.Save(t.Context(), (*T)(value)))
		r.wrote(value)
	}
	return r
}

// texts calls f with each text field of a version.
func texts(value any, f func(name string, field reflect.Value)) {
	v := reflect.ValueOf(value).Elem()
	for _, field := range reflect.VisibleFields(v.Type()) {
		if field.Type.Kind() == reflect.String && field.Name != "ID" {
			f(field.Name, v.FieldByIndex(field.Index))
		}
	}
}

// change makes a change to a value, and fills in what it does not have yet.
func (r *rollout) change(value interface{ member() *Member }) {
	value.member().Changes++
	texts(value, func(name string, field reflect.Value) { field.SetString(name + " of " + value.member().ID) })
}

// wrote notes what is in the table.
func (r *rollout) wrote(value interface{ member() *Member }) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes++
	texts(value, func(name string, _ reflect.Value) { r.written[name+"/"+value.member().ID] = true })
}

// known returns what was written so far.
func (r *rollout) known() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.written)
}

// check wants all that was known before the value was read.
func check(known map[string]bool, value interface{ member() *Member }) error {
	var errs []error
	id := value.member().ID
	texts(value, func(name string, field reflect.Value) {
		if want := name + " of " + id; field.String() != want && (field.String() != "" || known[name+"/"+id]) {
			errs = append(errs, fmt.Errorf("%T has lost %s: it is %q", value, want, field.String()))
		}
	})
	return errors.Join(errs...)
}

// process is a program that runs: it makes its nth turn.
type process func(ctx context.Context, n int) error

// program returns a process that reads and writes in all ways.
func program[T any, P record[T]](r *rollout, m *mapper.Mapper[T]) process {
	return func(ctx context.Context, n int) error {
		known, id := r.known(), memberID(n*3)
		switch n % 4 {
		case 0:
			value, err := m.Modify(ctx, mapper.Key{id}, func(value *T) error {
				err := check(known, P(value))
				r.change(P(value))
				return err
			}, mapper.Attempts(30))
			if err == nil {
				r.wrote(P(&value))
			}
			return err
		case 1:
			return scan[T, P](ctx, known, m)
		case 2:
			value, err := m.Load(ctx, id, mapper.Consistent())
			if err := errors.Join(err, check(known, P(&value))); err != nil {
				return err
			}
			r.change(P(&value))
			err = m.Save(ctx, &value)
			if err == nil {
				r.wrote(P(&value))
			}
			if errors.Is(err, mapper.ErrVersionConflict) {
				return nil
			}
			return err
		}
		values, err := m.LoadMany(ctx, []mapper.Key{{memberID(n)}, {memberID(n + 1)}}, mapper.Consistent())
		for _, value := range values {
			err = errors.Join(err, check(known, P(value)))
		}
		return err
	}
}

// scan checks all items.
func scan[T any, P record[T]](ctx context.Context, known map[string]bool, m *mapper.Mapper[T]) error {
	for value, err := range m.Scan(ctx, mapper.Consistent()) {
		if err := errors.Join(err, check(known, P(&value))); err != nil {
			return err
		}
	}
	return nil
}

// live runs programs at once, each in two goroutines.
func (r *rollout) live(phase string, programs ...process) {
	r.t.Helper()
	group, ctx := errgroup.WithContext(r.t.Context())
	for i, run := range programs {
		for range 2 {
			group.Go(func() error {
				for n := range rolloutTurns {
					if err := run(ctx, n+i); err != nil {
						return fmt.Errorf("program %d: %w", i+1, err)
					}
				}
				return nil
			})
		}
	}
	require.NoError(r.t, group.Wait(), phase)
}

// rewrite writes every item under the model of m.
func rewrite[T any](ctx context.Context, m *mapper.Mapper[T], key func(T) mapper.Key) error {
	for value, err := range m.Scan(ctx) {
		if err != nil {
			return err
		}
		if _, err := m.Modify(ctx, key(value), func(*T) error { return nil }, mapper.Attempts(30)); err != nil {
			return err
		}
	}
	return nil
}

// finished wants all items under the model of m, which has no other, and no change
// lost.
func finished[T any, P record[T]](r *rollout, m *mapper.Mapper[T]) {
	r.t.Helper()
	require.Empty(r.t, m.Counters().Previous)
	require.NoError(r.t, scan[T, P](r.t.Context(), r.known(), m))
	changes := 0
	for value, err := range m.Scan(r.t.Context()) {
		require.NoError(r.t, err)
		changes += P(&value).member().Changes
	}
	require.Equal(r.t, r.changes, changes)
}

// requirePrevious wants that f reads items of the one previous model of m, or none.
func requirePrevious[T any](t *testing.T, m *mapper.Mapper[T], some bool, f func() error) {
	t.Helper()
	before := m.Counters().Previous
	require.Len(t, before, 1)
	require.NoError(t, f())
	require.Equal(t, some, m.Counters().Previous[0] > before[0])
}
