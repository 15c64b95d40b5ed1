package client_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// endingContext ends right after it was first asked, which may be at any time.
type endingContext struct {
	context.Context
	asked atomic.Bool
	done  chan struct{}
}

func newEndingContext(ctx context.Context) *endingContext {
	c := &endingContext{Context: ctx, done: make(chan struct{})}
	close(c.done)
	return c
}

func (c *endingContext) Done() <-chan struct{} { return c.done }

func (c *endingContext) Err() error {
	if c.asked.Swap(true) {
		return context.Canceled
	}
	return nil
}

func TestABatchWhoseContextEndsBeforeItIsEncryptedIsNotSent(t *testing.T) {
	for _, limit := range []int{1, 2, 16} {
		w := newWorld(t, memdb.New().Client(), forms["wrapper"])
		for operation, write := range slowWrites(w, 25) {
			sent := &deafAPI{}
			db := client.New(sent, crypto.NewEncryptor(newProvider(t)), client.Tables(w.declared()), client.WithConcurrency(limit))
			err := write(newEndingContext(t.Context()), db)
			assert.ErrorIs(t, err, context.Canceled, "%s, %d at once", operation, limit)
			assert.Empty(t, sent.sent, "%s, %d at once", operation, limit)
		}
	}
}

func TestAPageWhoseContextEndsWithTheAnswerIsAnError(t *testing.T) {
	for form, open := range forms {
		for _, limit := range []int{1, 16} {
			for name, option := range map[string]client.Option{"": nil, ", bad items collected": client.CollectBadItems()} {
				w := newWorld(t, memdb.New().Client(), open)
				w.crowd(t, 40)
				db := w.users(client.WithConcurrency(limit), option)
				for operation, read := range slowReads(w, 40) {
					ctx, end := context.WithCancel(t.Context())
					w.tap.Inject("", wiretap.Always(wiretap.Fault{Rewrite: func(_ string, body []byte) []byte {
						end()
						return body
					}}))
					items, err := read(ctx, db)
					assert.ErrorIs(t, err, context.Canceled, "%s by %s, %d at once%s: %d items", operation, form, limit, name, len(items))
				}
			}
		}
	}
}
