package mapper

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Save encrypts, signs and writes the whole item, in place of one with the same
// key.
//
// If T has a version field, Save writes the next version, under the condition
// that the stored item still has the version of value; a version of zero, or a
// nil pointer, means that no item with a version is stored. Otherwise Save fails
// with [ErrVersionConflict], and nothing is written. The version field moves only
// after the item is written. Where an answer is lost and the SDK asks again, Save
// recognizes its own write by the encrypted attributes; without any, that too is a
// conflict.
//
// A value that cannot be written is a [crypto.ErrConfig]. Errors of the SDK are
// found by [errors.As].
func (m *Mapper[T]) Save(ctx context.Context, value *T, options ...SaveOption) error {
	var o callOptions
	for _, option := range options {
		option.applyToSave(&o)
	}
	if value == nil {
		return m.fail("Save", fmt.Errorf("%w: the value is nil", crypto.ErrConfig))
	}
	if err := m.save(ctx, value, o); err != nil {
		return m.fail("Save", err)
	}
	return nil
}

func (m *Mapper[T]) save(ctx context.Context, value *T, o callOptions) error {
	item, err := encode(m.codec, value)
	if err != nil {
		return err
	}
	if err := m.requireKeys(item); err != nil {
		return err
	}
	input := &dynamodb.PutItemInput{TableName: &m.table}
	var next uint64
	if m.version != nil {
		old, err := m.version.read(value)
		if err != nil {
			return err
		}
		if next, err = m.version.next(old); err != nil {
			return err
		}
		item[m.version.name] = m.version.attribute(next)
		if !o.clobber {
			input.ConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues = m.version.condition(old)
			input.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
	}
	if input.Item, err = m.encryptor.EncryptItem(ctx, item); err != nil {
		return err
	}
	if _, err = m.db.PutItem(ctx, input, o.client...); err != nil && !isOwnWrite(err, item, input.Item) {
		return conflict(err)
	}
	if m.version != nil {
		m.version.write(value, next)
	}
	return nil
}

// Delete removes the item with the key of value.
//
// If T has a version field, Delete has the same condition as [Mapper.Save] and
// fails with [ErrVersionConflict]. Deleting an item that is not there is no
// error where there is no condition, as in DynamoDB. value does not change.
func (m *Mapper[T]) Delete(ctx context.Context, value *T, options ...DeleteOption) error {
	var o callOptions
	for _, option := range options {
		option.applyToDelete(&o)
	}
	if value == nil {
		return m.fail("Delete", fmt.Errorf("%w: the value is nil", crypto.ErrConfig))
	}
	if err := m.delete(ctx, value, o); err != nil {
		return m.fail("Delete", err)
	}
	return nil
}

func (m *Mapper[T]) delete(ctx context.Context, value *T, o callOptions) error {
	key, err := m.keyOf(value)
	if err != nil {
		return err
	}
	input := &dynamodb.DeleteItemInput{TableName: &m.table, Key: key}
	if m.version != nil && !o.clobber {
		old, err := m.version.read(value)
		if err != nil {
			return err
		}
		input.ConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues = m.version.condition(old)
	}
	if _, err := m.db.DeleteItem(ctx, input, o.client...); err != nil {
		return conflict(err)
	}
	return nil
}

// Update always fails with [ErrPartialUpdate], which says why. It stands here so
// that whoever looks for it finds the reason.
func (m *Mapper[T]) Update(context.Context, ...any) error { return m.fail("Update", ErrPartialUpdate) }

// isOwnWrite reports whether a condition failed because the item is stored
// already, by an earlier attempt whose answer was lost: then it has the signature
// and the description that were made for it. That proves it only where an
// attribute is encrypted, under a random IV: where all are readable, the same
// content has the same signature, whoever writes it.
func isOwnWrite(err error, plain, sealed crypto.Item) bool {
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return false
	}
	defer func() { failed.Item = nil }() // of no use to the caller: it is encrypted
	added, encrypted := 0, 0
	for name, v := range sealed {
		before, isPlain := plain[name]
		if isPlain && v == before {
			continue
		}
		want, _ := v.(*types.AttributeValueMemberB)
		got, _ := failed.Item[name].(*types.AttributeValueMemberB)
		if want == nil || got == nil || !bytes.Equal(want.Value, got.Value) {
			return false
		}
		if isPlain {
			encrypted++
		} else {
			added++
		}
	}
	return added > 0 && encrypted > 0
}

// conflict makes a failed condition an ErrVersionConflict. There is no other
// condition.
func conflict(err error) error {
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return fmt.Errorf("%w: the stored item is not the one that was loaded: %w", ErrVersionConflict, err)
	}
	return err
}

// condition returns the condition that the stored item has the version.
func (v *versionField) condition(old oldVersion) (*string, map[string]string, map[string]types.AttributeValue) {
	names := map[string]string{"#version": v.name}
	if old.absent {
		return aws.String("attribute_not_exists(#version)"), names, nil
	}
	return aws.String("#version = :version"), names, map[string]types.AttributeValue{":version": old.stored}
}
