package mapper

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Delete removes the item with the key of value.
//
// If T has a version field, Delete has the same condition as [Mapper.Save] and
// fails with [ErrVersionConflict]. Deleting an item that is not there is no
// error where there is no condition, as in DynamoDB. value does not change.
//
// Where an answer is lost and the SDK asks again, the item is gone already: a condition
// then fails though the item was deleted, and [ReturnOld] has nothing to return.
func (m *Mapper[T]) Delete(ctx context.Context, value *T, options ...DeleteOption) error {
	if value == nil {
		return m.core.fail("Delete", errNilValue)
	}
	key, err := m.core.keyOf(value)
	if err != nil {
		return m.core.fail("Delete", err)
	}
	return m.core.fail("Delete", m.core.delete(ctx, key, value, optionsOf(options, DeleteOption.applyToDelete)))
}

// DeleteKey removes the item with a key. If T has a version field, it wants
// [Clobber]: without a value there is no version to compare.
func (m *Mapper[T]) DeleteKey(ctx context.Context, key Key, options ...DeleteOption) error {
	o := optionsOf(options, DeleteOption.applyToDelete)
	attributes, err := m.core.versionlessKey(key, o.clobber)
	if err != nil {
		return m.core.fail("DeleteKey", err)
	}
	return m.core.fail("DeleteKey", m.core.delete(ctx, attributes, nil, o))
}

// versionlessKey returns the attributes of the key of an item that is to be deleted
// whatever its version.
func (m *core) versionlessKey(key Key, clobber bool) (crypto.Item, error) {
	if m.version != nil && !clobber {
		return nil, fmt.Errorf("%w: %s has a version, field %s, and a key has none to compare; delete a value that was loaded, or state Clobber to delete any version",
			crypto.ErrConfig, m.model.Type(), m.version.path)
	}
	return m.key(key)
}

func (m *core) delete(ctx context.Context, key crypto.Item, value any, o callOptions) error {
	if err := m.ended(ctx); err != nil {
		return err
	}
	g, err := m.newGuard(value, &o)
	if err != nil {
		return err
	}
	old, err := m.oldOf(&o)
	if err != nil {
		return err
	}
	input := &dynamodb.DeleteItemInput{TableName: &m.table, Key: key}
	input.ConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues = g.condition.parameters()
	if old != nil {
		input.ReturnValues = types.ReturnValueAllOld
	}
	var b *below
	sending := ctx // hooks get ctx
	if g.condition.text != "" {
		if old != nil || g.conditional && g.version != nil { // to tell which condition failed
			input.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
		b = &below{keepFailed: old != nil}
		sending = withBelow(ctx, b)
	}
	output, err := m.client.DeleteItem(sending, input, o.client...)
	var attributes crypto.Item
	if output != nil {
		attributes = output.Attributes
	}
	return m.written(ctx, g, b, old, attributes, err)
}
