package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

func init() {
	expected := map[string]types.ExpectedAttributeValue{"email": {Value: str("alice@example.com")}}
	updates := map[string]types.AttributeValueUpdate{"views": {Action: types.AttributeActionPut, Value: num(1)}}
	suite["legacy parameters are refused in one error that lists them all"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.reset()
		for name, tc := range map[string]struct {
			op, parameters string
			instead        []string
			send           func() error
		}{
			"PutItem with all": {"PutItem", "Expected, ConditionalOperator", []string{"ConditionExpression instead of Expected", "AND and OR"}, func() error {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), Expected: expected, ConditionalOperator: types.ConditionalOperatorOr})
				return err
			}},
			"PutItem with an empty one": {"PutItem", "Expected", nil, func() error {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), Expected: map[string]types.ExpectedAttributeValue{}})
				return err
			}},
			"PutItem with an operator": {"PutItem", "ConditionalOperator", nil, func() error {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ConditionalOperator: types.ConditionalOperatorAnd})
				return err
			}},
			"GetItem": {"GetItem", "AttributesToGet", []string{"whole items instead of AttributesToGet"}, func() error {
				_, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), AttributesToGet: []string{"email"}})
				return err
			}},
			"GetItem with none": {"GetItem", "AttributesToGet", nil, func() error {
				_, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), AttributesToGet: []string{}})
				return err
			}},
			"DeleteItem with all": {"DeleteItem", "Expected, ConditionalOperator", []string{"ConditionExpression instead of Expected", "AND and OR"}, func() error {
				_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), Expected: expected, ConditionalOperator: types.ConditionalOperatorOr})
				return err
			}},
			"DeleteItem of what is readable": {"DeleteItem", "Expected", nil, func() error {
				_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), Expected: map[string]types.ExpectedAttributeValue{"plan": {Exists: aws.Bool(false)}}})
				return err
			}},
			"UpdateItem with all": {"UpdateItem", "AttributeUpdates, Expected, ConditionalOperator", []string{"UpdateExpression instead of AttributeUpdates", "ConditionExpression instead of Expected", "AND and OR"}, func() error {
				_, err := ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1), AttributeUpdates: updates, Expected: expected, ConditionalOperator: types.ConditionalOperatorAnd})
				return err
			}},
			"UpdateItem of what is not protected": {"UpdateItem", "AttributeUpdates", nil, func() error {
				_, err := ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1), AttributeUpdates: updates})
				return err
			}},
			"UpdateItem beside expressions": {"UpdateItem", "AttributeUpdates, Expected", nil, func() error {
				in := viewsUpdate(w.table, key("alice", 1), 1)
				in.AttributeUpdates, in.Expected = updates, expected
				_, err := ask(t, db.UpdateItem, in)
				return err
			}},
		} {
			t.Run(name, func(t *testing.T) {
				err := tc.send()
				refused := w.requireRefused(t, err, tc.op, tc.parameters, "")
				require.Equal(t, w.table, refused.Table)
				require.Contains(t, refused.Reason, "legacy")
				for _, instead := range tc.instead {
					require.Contains(t, refused.Advice, instead)
				}
				requireNoValues(t, err, "alice@example.com")
			})
		}
	}
}
