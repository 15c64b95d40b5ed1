package mapper

import (
	"errors"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// condition is a condition expression with its placeholders; the zero condition is
// none.
type condition struct {
	text   string
	names  map[string]string
	values map[string]types.AttributeValue
}

// and returns the condition that both hold. Their placeholders differ.
func (c condition) and(other condition) condition {
	if c.text == "" {
		return other
	}
	if other.text == "" {
		return c
	}
	both := condition{text: "(" + c.text + ") AND (" + other.text + ")", names: maps.Clone(c.names), values: maps.Clone(c.values)}
	if both.names == nil {
		both.names = map[string]string{}
	}
	if both.values == nil {
		both.values = map[string]types.AttributeValue{}
	}
	maps.Copy(both.names, other.names)
	maps.Copy(both.values, other.values)
	return both
}

// parameters returns what a request has for the condition: nil for what is empty,
// which DynamoDB refuses.
func (c condition) parameters() (text *string, names map[string]string, values map[string]types.AttributeValue) {
	if c.text != "" {
		text = &c.text
	}
	if len(c.names) > 0 {
		names = c.names
	}
	if len(c.values) > 0 {
		values = c.values
	}
	return text, names, values
}

// userCondition is what the caller stated by Condition.
func userCondition(list []expression.ConditionBuilder) (condition, error) {
	if len(list) == 0 {
		return condition{}, nil
	}
	built, err := expression.NewBuilder().WithCondition(allOf(list)).Build()
	if err != nil {
		return condition{}, unbuilt("Condition", err)
	}
	return condition{aws.ToString(built.Condition()), built.Names(), built.Values()}, nil
}

// allOf returns the condition that all of a list hold.
func allOf(list []expression.ConditionBuilder) expression.ConditionBuilder {
	all := list[0]
	for _, more := range list[1:] {
		all = all.And(more)
	}
	return all
}

// unbuilt is the error for an expression that the builder refuses. Its own text may
// quote values, but for those of its two types.
func unbuilt(option string, err error) error {
	_, unset := errors.AsType[expression.UnsetParameterError](err)
	_, invalid := errors.AsType[expression.InvalidParameterError](err)
	if unset || invalid {
		return fmt.Errorf("%w: %s: the expression builder says %q; give every name and value of the expression", crypto.ErrConfig, option, err.Error())
	}
	return fmt.Errorf("%w: %s: the expression cannot be built; a value in it does not encode", crypto.ErrConfig, option)
}
