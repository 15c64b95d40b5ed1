package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

func (c *core) putItem(ctx context.Context, op string, in *dynamodb.PutItemInput) (*exchange[dynamodb.PutItemInput, dynamodb.PutItemOutput], error) {
	t, err := c.tables.get(ctx, op, "TableName", aws.ToString(in.TableName))
	if err != nil || t == nil {
		return &exchange[dynamodb.PutItemInput, dynamodb.PutItemOutput]{in: in}, err
	}
	l := legacy{op: op, table: t}
	l.add("Expected", in.Expected != nil, "ConditionExpression")
	l.add("ConditionalOperator", in.ConditionalOperator != "", "AND and OR in expressions")
	if err := l.refuse(); err != nil {
		return nil, err
	}
	if err := checkReturnValues(op, t, in.ReturnValues, types.ReturnValueAllOld); err != nil {
		return nil, err
	}
	if err := checkWrite(op, "", t, in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues); err != nil {
		return nil, err
	}
	item := in.Item
	in.Item = nil
	s := sealing{op: op, table: t, parameter: "Item", item: item, to: &in.Item}
	if err := s.check(); err != nil {
		return nil, err
	}
	plain, err := c.sealOne(ctx, &s)
	if err != nil {
		return nil, err
	}
	return &exchange[dynamodb.PutItemInput, dynamodb.PutItemOutput]{
		in: in, tables: t.only, sent: plain, target: item,
		open: func(ctx context.Context, out *dynamodb.PutItemOutput, r *report) (*dynamodb.PutItemOutput, error) {
			opened := *out
			err := c.openAttributes(ctx, op, t, item, &opened.Attributes, r)
			return applied(&opened, err)
		},
	}, nil
}

func (c *core) getItem(ctx context.Context, op string, in *dynamodb.GetItemInput) (*exchange[dynamodb.GetItemInput, dynamodb.GetItemOutput], error) {
	t, err := c.tables.get(ctx, op, "TableName", aws.ToString(in.TableName))
	if err != nil || t == nil {
		return &exchange[dynamodb.GetItemInput, dynamodb.GetItemOutput]{in: in}, err
	}
	l := legacy{op: op, table: t}
	l.add("AttributesToGet", in.AttributesToGet != nil, "whole items")
	if err := l.refuse(); err != nil {
		return nil, err
	}
	if err := t.checkKey(op, "Key", in.Key); err != nil {
		return nil, err
	}
	key, keys := in.Key, t.keysIn(in.ProjectionExpression)
	e := expressions{op: op, table: t, names: in.ExpressionAttributeNames}
	if in.ProjectionExpression, in.ExpressionAttributeNames, err = e.projection(in.ProjectionExpression); err != nil {
		return nil, err
	}
	return &exchange[dynamodb.GetItemInput, dynamodb.GetItemOutput]{
		in: in, tables: t.only,
		open: func(ctx context.Context, out *dynamodb.GetItemOutput, r *report) (*dynamodb.GetItemOutput, error) {
			if len(out.Item) == 0 {
				return out, nil
			}
			opened := *out
			opened.Item = nil
			if err := c.openOne(ctx, r, &opening{op: op, table: t, parameter: "Item", item: out.Item, key: key, keys: keys, to: &opened.Item}); err != nil {
				return nil, err
			}
			return &opened, nil
		},
	}, nil
}

func (c *core) deleteItem(ctx context.Context, op string, in *dynamodb.DeleteItemInput) (*exchange[dynamodb.DeleteItemInput, dynamodb.DeleteItemOutput], error) {
	t, err := c.tables.get(ctx, op, "TableName", aws.ToString(in.TableName))
	if err != nil || t == nil {
		return &exchange[dynamodb.DeleteItemInput, dynamodb.DeleteItemOutput]{in: in}, err
	}
	l := legacy{op: op, table: t}
	l.add("Expected", in.Expected != nil, "ConditionExpression")
	l.add("ConditionalOperator", in.ConditionalOperator != "", "AND and OR in expressions")
	if err := l.refuse(); err != nil {
		return nil, err
	}
	if err := checkReturnValues(op, t, in.ReturnValues, types.ReturnValueAllOld); err != nil {
		return nil, err
	}
	if err := t.checkKey(op, "Key", in.Key); err != nil {
		return nil, err
	}
	if err := checkWrite(op, "", t, in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues); err != nil {
		return nil, err
	}
	return &exchange[dynamodb.DeleteItemInput, dynamodb.DeleteItemOutput]{
		in: in, tables: t.only, target: in.Key,
		open: func(ctx context.Context, out *dynamodb.DeleteItemOutput, r *report) (*dynamodb.DeleteItemOutput, error) {
			opened := *out
			err := c.openAttributes(ctx, op, t, in.Key, &opened.Attributes, r)
			return applied(&opened, err)
		},
	}, nil
}

func (c *core) updateItem(ctx context.Context, op string, in *dynamodb.UpdateItemInput) (*exchange[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput], error) {
	t, err := c.tables.get(ctx, op, "TableName", aws.ToString(in.TableName))
	if err != nil || t == nil {
		return &exchange[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput]{in: in}, err
	}
	l := legacy{op: op, table: t}
	l.add("AttributeUpdates", in.AttributeUpdates != nil, "UpdateExpression")
	l.add("Expected", in.Expected != nil, "ConditionExpression")
	l.add("ConditionalOperator", in.ConditionalOperator != "", "AND and OR in expressions")
	if err := l.refuse(); err != nil {
		return nil, err
	}
	if err := checkReturnValues(op, t, in.ReturnValues, types.ReturnValueAllOld, types.ReturnValueAllNew,
		types.ReturnValueUpdatedOld, types.ReturnValueUpdatedNew); err != nil {
		return nil, err
	}
	if err := t.checkKey(op, "Key", in.Key); err != nil {
		return nil, err
	}
	key, returns := in.Key, in.ReturnValues
	in.ConditionExpression, in.ExpressionAttributeNames, err = checkUpdate(op, "", t, in.UpdateExpression, in.ConditionExpression,
		in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	var sent []UnprotectedItem
	if t.plaintext == InsecureReadWritePlaintext {
		sent = []UnprotectedItem{unprotected(t, key)} // nobody knows whether the item is one
	}
	return &exchange[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput]{
		in: in, tables: t.only, sent: sent, target: key, updates: func(int) bool { return t.plaintext != InsecureReadWritePlaintext },
		open: func(ctx context.Context, out *dynamodb.UpdateItemOutput, r *report) (*dynamodb.UpdateItemOutput, error) {
			opened := *out
			if returns != types.ReturnValueAllOld && returns != types.ReturnValueAllNew {
				return applied(&opened, checkUpdated(op, t, key, &opened.Attributes))
			}
			err := c.openAttributes(ctx, op, t, key, &opened.Attributes, r)
			return applied(&opened, err)
		},
	}, nil
}

// checkReturnValues refuses what would return something that cannot be opened.
func checkReturnValues(op string, t *table, asked types.ReturnValue, allowed ...types.ReturnValue) error {
	if asked == "" || asked == types.ReturnValueNone || slices.Contains(allowed, asked) {
		return nil
	}
	list := slices.Clone(allowed) // formatting allowed itself would make every caller allocate it
	return &RefusedError{Op: op, Table: t.name, Parameter: "ReturnValues", Reason: fmt.Sprintf("%.*q is not a value of %s", maxNameInError, asked, op),
		Advice: fmt.Sprintf("use NONE or one of %v", list)}
}

// checkWrite checks the condition of a write.
func checkWrite(op, prefix string, t *table, condition *string, names map[string]string, values map[string]types.AttributeValue) error {
	e := expressions{op: op, prefix: prefix, table: t, names: names, values: values}
	if _, err := e.condition("ConditionExpression", condition); err != nil {
		return err
	}
	return e.finish()
}

// checkUpdate checks an update. It returns the condition and names to send: the
// item has to have a signature, so that no update creates an item without one.
func checkUpdate(op, prefix string, t *table, update, condition *string, names map[string]string, values map[string]types.AttributeValue) (*string, map[string]string, error) {
	e := expressions{op: op, prefix: prefix, table: t, names: names, values: values}
	if err := e.update(update); err != nil {
		return nil, nil, err
	}
	if _, err := e.condition("ConditionExpression", condition); err != nil {
		return nil, nil, err
	}
	if err := e.finish(); err != nil {
		return nil, nil, err
	}
	if t.plaintext == InsecureReadWritePlaintext {
		return condition, names, nil
	}
	sentNames := e.copyNames()
	sent := "attribute_exists(" + addName(sentNames, t.signature()) + ")"
	if condition != nil {
		inParentheses := "(" + *condition + ")"
		if _, err := expression.Condition(inParentheses, names); err != nil {
			inParentheses = *condition // has its own: DynamoDB refuses redundant ones
		}
		sent += " AND " + inParentheses
		if _, err := expression.Condition(sent, sentNames); err != nil {
			return nil, nil, e.invalid("ConditionExpression", fmt.Errorf("with the condition that the item is protected: %w", err))
		}
	}
	return &sent, sentNames, nil
}

// checkUpdated checks what UPDATED_OLD or UPDATED_NEW returned: only attributes that
// need no opening can be updated.
func checkUpdated(op string, t *table, key crypto.Item, attributes *map[string]types.AttributeValue) error {
	for name := range *attributes {
		if t.isReserved(name) || t.actions.Action(name) != crypto.DoNothing {
			*attributes = nil
			failed := itemError(op, t, "Attributes", 0, key, fmt.Errorf("%w: DynamoDB returned attributes that were not updated", crypto.ErrSignature))
			failed.Applied = true
			return failed
		}
	}
	return nil
}

// openAttributes opens the item that a write returned, in place, or takes it out. key
// may be a whole item.
func (c *core) openAttributes(ctx context.Context, op string, t *table, key crypto.Item, attributes *map[string]types.AttributeValue, r *report) error {
	stored := *attributes
	if len(stored) == 0 {
		return nil
	}
	*attributes = nil
	err := c.openOne(ctx, r, &opening{op: op, table: t, parameter: "Attributes", item: stored, key: key, keys: t.keys, to: attributes})
	if err == nil {
		return nil
	}
	failed, ok := errors.AsType[*ItemError](err)
	if !ok {
		failed = itemError(op, t, "Attributes", 0, stored, err)
	}
	failed.Applied = true
	return failed
}

// applied adds the answer to the error of a write that was done.
func applied[Out any](out *Out, err error) (*Out, error) {
	if failed, ok := errors.AsType[*ItemError](err); ok {
		failed.Output = out
	}
	return out, err
}
