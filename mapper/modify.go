package mapper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/backoff"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// defaultAttempts is how often Modify tries if others change the item.
const defaultAttempts = 10

// Modify reads the item with a key, verifies and decrypts it, calls change with it, and
// writes it back, under the condition that it is still as it was read. If somebody else
// changed it in the meantime, all of that happens again, after a short wait, up to
// [Attempts] times; change must bear that. It returns what was written.
//
//	account, err := accounts.Modify(ctx, mapper.Key{"a-1"}, func(a *Account) error {
//		a.Balance -= 10
//		return nil
//	})
//
// The signature of the item tells whether it was changed, so no version field is
// needed; if there is one, it counts up. Attributes that the signature does not cover
// are compared too, those with the action none as far as they are there. What the
// struct does not model stays as it was read.
//
// Where an answer is lost and the SDK asks again, Modify recognizes its own write by the
// encrypted attributes; without any, it may make the change once more.
//
// An error of change ends Modify and is returned; nothing is written. Other errors are
// [ErrNotFound] (see [OrCreate]), [ErrVersionConflict] after the last attempt, and those
// of [Mapper.Load] and [Mapper.Save]. The key must not change.
func (m *Mapper[T]) Modify(ctx context.Context, key Key, change func(*T) error, options ...ModifyOption) (T, error) {
	o := optionsOf(append([]ModifyOption{Attempts(defaultAttempts)}, options...), ModifyOption.applyToModify)
	var untyped func(any) error
	if change != nil {
		untyped = func(value any) error { return change(value.(*T)) }
	}
	value, err := m.core.modifyUntilDone(ctx, key, untyped, o)
	if err != nil {
		var none T
		return none, m.core.fail("Modify", err)
	}
	return *value.(*T), nil
}

func (m *core) modifyUntilDone(ctx context.Context, key Key, change func(any) error, o callOptions) (any, error) {
	if err := m.ended(ctx); err != nil {
		return nil, err
	}
	if o.attempts < 1 || change == nil {
		return nil, fmt.Errorf("%w: Modify wants a function, and at least one attempt", crypto.ErrConfig)
	}
	attributes, err := m.key(key)
	if err != nil {
		return nil, err
	}
	for attempt := range o.attempts {
		if err := backoff.Wait(ctx, attempt); err != nil {
			return nil, err
		}
		value, err := m.modify(ctx, attributes, change, o)
		if !errors.Is(err, errChanged) {
			return value, err
		}
	}
	return nil, fmt.Errorf("%w: others changed the item during each of %d attempts", ErrVersionConflict, o.attempts)
}

// errChanged means that the item is not as it was read.
var errChanged = errors.New("the item was changed")

// modify makes one attempt.
func (m *core) modify(ctx context.Context, key crypto.Item, change func(any) error, o callOptions) (any, error) {
	value, read, unchanged, err := m.readToModify(ctx, key, o)
	if err != nil {
		return nil, err
	}
	if err := change(value); err != nil {
		return nil, err
	}
	put, err := m.newPut(ctx, value, &callOptions{})
	if err != nil {
		return nil, err
	}
	if !itemkey.Matches(put.item, key) {
		return nil, fmt.Errorf("%w: the key was changed; save the value under its new key, and delete the old item", crypto.ErrConfig)
	}
	if m.codec.carrier == nil { // which would have them
		for name, v := range read {
			if !m.model.Has(name) {
				put.item[name] = tlv.Plain(v)
			}
		}
		if err := m.requireStated(put.item); err != nil {
			return nil, err
		}
	}
	input := &dynamodb.PutItemInput{TableName: &m.table, Item: put.item, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	input.ConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues = put.condition.parameters()
	_, err = m.client.PutItem(withBelow(ctx, &below{condition: &unchanged}), input, o.client...)
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return nil, errChanged
	}
	if err != nil {
		return nil, err
	}
	put.done()
	return value, nil
}

// readToModify returns a value, the plaintext item that it was made of, and the
// condition that the stored item is still the same.
func (m *core) readToModify(ctx context.Context, key crypto.Item, o callOptions) (any, crypto.Item, condition, error) {
	b := &below{}
	output, err := m.client.GetItem(withBelow(ctx, b), &dynamodb.GetItemInput{TableName: &m.table, Key: key, ConsistentRead: aws.Bool(true)}, o.client...)
	if err != nil {
		return nil, nil, condition{}, err
	}
	value := m.newValue()
	if output == nil || len(output.Item) == 0 {
		if !o.create {
			return nil, nil, condition{}, ErrNotFound
		}
		absent := condition{text: "attribute_not_exists(#ddbcrypt_k)", names: map[string]string{"#ddbcrypt_k": m.keys[0].name}}
		return value, nil, absent, m.codec.decode(key, nil, value)
	}
	unchanged, err := m.unchanged(b.stored)
	if err == nil {
		err = m.decode(ctx, output.Item, nil, value)
	}
	return value, output.Item, unchanged, err
}

// maxExpression is DynamoDB's limit for the length of an expression.
const maxExpression = 4096

// unchanged returns the condition that an item is as it is stored: it has the same
// signature, which covers what is signed, and the same of everything else. The
// encrypting client would not let callers compare signatures.
func (m *core) unchanged(stored crypto.Item) (condition, error) {
	c := condition{names: map[string]string{}, values: map[string]types.AttributeValue{}}
	var parts []string
	same := func(name string) {
		n := len(parts)
		placeholder := fmt.Sprintf("#ddbcrypt_%d", n)
		c.names[placeholder] = name
		v, ok := stored[name]
		if !ok {
			parts = append(parts, "attribute_not_exists("+placeholder+")")
			return
		}
		c.values[fmt.Sprintf(":ddbcrypt_%d", n)] = v
		parts = append(parts, fmt.Sprintf("%s = :ddbcrypt_%d", placeholder, n))
	}
	signed := false
	if len(m.wire.reserved) > 0 {
		same(m.wire.reserved[0])
		_, signed = stored[m.wire.reserved[0]]
	}
	for _, name := range m.unsigned(stored, signed) {
		same(name)
	}
	c.text = strings.Join(parts, " AND ")
	if len(c.text) > maxExpression/2 { // the version's may be added
		return c, fmt.Errorf("%w: the item has %d attributes that no signature covers, too many to notice if one of them is changed", crypto.ErrConfig, len(parts))
	}
	return c, nil
}

// unsigned returns the names of the attributes that a signature does not cover: of
// those that are stored or modelled, in order.
func (m *core) unsigned(stored crypto.Item, signed bool) []string {
	names := map[string]bool{}
	for name := range stored {
		names[name] = true
	}
	for _, a := range m.model.Attributes() {
		names[a.Name] = true
	}
	for name := range names {
		if m.wire.isReserved(name) || slices.Contains(m.keyNames, name) || signed && m.alwaysSigned(name) {
			delete(names, name)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// alwaysSigned reports whether every model under which the item may have been
// verified signs an attribute.
func (m *core) alwaysSigned(name string) bool {
	if m.wire.actions.Action(name) == crypto.DoNothing {
		return false
	}
	for _, actions := range m.previous {
		if actions.Action(name) == crypto.DoNothing {
			return false
		}
	}
	return true
}
