package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
)

// sealing is one item of a request on its way to DynamoDB.
type sealing struct {
	op        string
	table     *table
	parameter string
	index     int // in the list that parameter names
	item      crypto.Item
	to        *crypto.Item // where it goes
}

// check refuses an item that cannot be sealed, before any key is asked for.
func (s *sealing) check() error {
	refused := func(attribute, reason, advice string) error {
		return &RefusedError{Op: s.op, Table: s.table.name, Parameter: s.parameter, Attribute: attribute, Reason: reason, Advice: advice}
	}
	for _, name := range s.table.reserved {
		if _, ok := s.item[name]; ok {
			return refused(name, "the name is reserved for protected items", "put the plaintext item; it may be encrypted already, by a mapper or by another encrypting client")
		}
	}
	for name, v := range s.item {
		if isNil(v) {
			return refused(name, "it has no value", "set it, or leave the attribute out")
		}
	}
	for _, name := range s.table.keys {
		if s.item[name] == nil {
			return refused(name, "the key attribute is missing", "set it, or correct the keys in client.Table")
		}
	}
	if size := itemsize.Of(s.item); size > itemsize.Max {
		return refused("", fmt.Sprintf("the item has %d bytes before encryption, and DynamoDB stores at most %d", size, itemsize.Max), "make it smaller")
	}
	return nil
}

// isNil reports whether there is no value, or a nil pointer in its place.
func isNil(v any) bool {
	pointer := reflect.ValueOf(v)
	return v == nil || pointer.Kind() == reflect.Pointer && pointer.IsNil()
}

// seal encrypts the item.
func (s *sealing) seal(ctx context.Context) error {
	sealed, err := s.table.encryptor.EncryptItem(ctx, s.item)
	if err != nil {
		return itemError(s.op, s.table, s.parameter, s.index, s.item, err)
	}
	if size := itemsize.Of(sealed); size > itemsize.Max {
		return &RefusedError{Op: s.op, Table: s.table.name, Parameter: s.parameter,
			Reason: fmt.Sprintf("the item has %d bytes before encryption and %d after it, and DynamoDB stores at most %d", itemsize.Of(s.item), size, itemsize.Max),
			Advice: "make it smaller, or encrypt fewer attributes"}
	}
	*s.to = sealed
	return nil
}

// sealAll seals the items of a request. It returns those that stay plaintext.
func (c *core) sealAll(ctx context.Context, items []sealing) ([]UnprotectedItem, error) {
	var plain []UnprotectedItem
	protected := items
	for i, s := range items {
		if s.table.plaintext == InsecureReadWritePlaintext {
			if plain == nil { // the first one
				protected = slices.Clone(items[:i])
			}
			*s.to = s.item
			plain = append(plain, unprotected(s.table, s.item))
		} else if plain != nil {
			protected = append(protected, s)
		}
	}
	err := each(ctx, c.options.concurrency, len(protected), func(ctx context.Context, i int) error {
		return protected[i].seal(ctx)
	})
	return plain, c.interrupted(ctx, items, err)
}

// sealOne is sealAll for a single item.
func (c *core) sealOne(ctx context.Context, s *sealing) ([]UnprotectedItem, error) {
	if s.table.plaintext == InsecureReadWritePlaintext {
		*s.to = s.item
		return []UnprotectedItem{unprotected(s.table, s.item)}, nil
	}
	if err := c.ready(ctx, s.op); err != nil {
		return nil, err
	}
	return nil, s.seal(ctx)
}

// interrupted says which operation it was that the context ended.
func (c *core) interrupted(ctx context.Context, items []sealing, err error) error {
	if err != nil && err == ctx.Err() && len(items) > 0 {
		return fmt.Errorf("ddbcrypt: %s: %w", items[0].op, err)
	}
	return err
}

func unprotected(t *table, item crypto.Item) UnprotectedItem {
	return UnprotectedItem{t.name, itemkey.Of(item, t.keys...), t.owner.counter}
}

// checkKey refuses a key of other attributes than the table has: the table was declared
// with other keys, and a key attribute could be taken for one to be encrypted.
func (t *table) checkKey(op, parameter string, key crypto.Item) error {
	fits := len(key) == len(t.keys)
	for _, name := range t.keys {
		fits = fits && !isNil(key[name])
	}
	if fits {
		return nil
	}
	return &RefusedError{Op: op, Table: t.name, Parameter: parameter,
		Reason: fmt.Sprintf("it is not the key of the table, which is %q", t.keys), Advice: "set exactly these attributes, or correct the keys in client.Table"}
}

// opening is one stored item on its way to the caller.
type opening struct {
	op        string
	table     *table
	parameter string
	index     int // in the list that parameter names
	item      crypto.Item
	key       crypto.Item  // what was asked for: a key, or an item with it
	keys      []string     // the attributes that it has to have as key has them
	foreign   bool         // was not asked for
	to        *crypto.Item // where it goes unless it is bad

	unprotected bool
}

// keysIn returns the attributes of the key that an item has to have. Where a
// projection chooses attributes, unsigned keys may be missing.
func (t *table) keysIn(projection *string) []string {
	if projection == nil {
		return t.keys
	}
	return slices.DeleteFunc(slices.Clone(t.keys), func(name string) bool { return t.actions.Action(name) == crypto.DoNothing })
}

var errOtherKey = fmt.Errorf("%w: the item has another key than the one that was asked for", crypto.ErrSignature)

// open verifies and decrypts the item.
func (o *opening) open(ctx context.Context) error {
	// An item verifies under its own key, whichever one was asked for.
	if o.foreign || !itemkey.MatchesIn(o.item, o.key, o.keys...) {
		return itemError(o.op, o.table, o.parameter, o.index, o.item, errOtherKey)
	}
	if o.table.plaintext != ForbidPlaintext && o.table.isPlaintext(o.item) {
		o.unprotected = true
		*o.to = maps.Clone(o.item)
		return nil
	}
	plain, err := o.table.encryptor.DecryptItem(ctx, o.item)
	if err != nil {
		return itemError(o.op, o.table, o.parameter, o.index, o.item, err)
	}
	*o.to = plain
	return nil
}

// count tells of an item that was plaintext.
func (o *opening) count(r *report) {
	if o.unprotected {
		o.table.owner.counter.read.Add(1)
		r.unprotected = append(r.unprotected, unprotected(o.table, o.item))
	}
}

// openOne opens the single item of an answer.
func (c *core) openOne(ctx context.Context, r *report, o *opening) error {
	if err := c.ready(ctx, o.op); err != nil {
		return err
	}
	if err := o.open(ctx); err != nil {
		return err
	}
	o.count(r)
	return nil
}

// openAll opens the items of an answer. Without collect it stops at the first
// bad item; with it, bad items are left out and returned.
func (c *core) openAll(ctx context.Context, r *report, collect bool, items []opening) ([]*ItemError, error) {
	bad := make([]*ItemError, len(items))
	err := each(ctx, c.options.concurrency, len(items), func(ctx context.Context, i int) error {
		err := items[i].open(ctx)
		if err == nil {
			return nil
		}
		if !collect || ctx.Err() != nil {
			return err
		}
		errors.As(err, &bad[i])
		return nil
	})
	if err != nil {
		if err == ctx.Err() {
			err = fmt.Errorf("ddbcrypt: %s: %w", items[0].op, err)
		}
		return nil, err
	}
	var collected []*ItemError
	for i := range items {
		if bad[i] != nil {
			collected = append(collected, bad[i])
		}
		items[i].count(r)
	}
	return collected, nil
}

// collected makes an error of the bad items of an answer.
func collected[Out any](out *Out, bad []*ItemError) (*Out, error) {
	if len(bad) > 0 {
		return out, &ItemsError{Items: bad, Output: out}
	}
	return out, nil
}
