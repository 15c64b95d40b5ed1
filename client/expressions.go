package client

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

// expressions checks the expressions of one request, or of one part of it, which
// share placeholders.
type expressions struct {
	op     string
	prefix string // of parameters, such as "TransactItems[2].Put."
	table  *table
	names  map[string]string
	values map[string]types.AttributeValue

	used map[string]bool // values
}

func (e *expressions) refused(parameter, attribute, reason, advice string) error {
	return &RefusedError{Op: e.op, Table: e.table.name, Parameter: e.prefix + parameter, Attribute: attribute, Reason: reason, Advice: advice}
}

func (e *expressions) invalid(parameter string, err error) error {
	return &RefusedError{Op: e.op, Table: e.table.name, Parameter: e.prefix + parameter, Reason: err.Error(),
		Advice: "correct it: what cannot be parsed cannot be checked. Reserved words need a placeholder in ExpressionAttributeNames", err: err}
}

func (e *expressions) use(values map[string]bool) {
	if e.used == nil {
		e.used = map[string]bool{}
	}
	maps.Copy(e.used, values)
}

// condition checks a condition, filter or key condition expression: an encrypted
// attribute can only be asked for its existence, which encryption does not change.
func (e *expressions) condition(parameter string, text *string) (*expression.Uses, error) {
	if text == nil {
		return nil, nil
	}
	uses, err := expression.Condition(*text, e.names)
	if err != nil {
		return nil, e.invalid(parameter, err)
	}
	e.use(uses.Values)
	for _, use := range uses.Attributes {
		name := use.Path.Attribute()
		if use.Role == expression.Existence && len(use.Path) == 1 {
			continue
		}
		if err := e.readable(parameter, name, use); err != nil {
			return nil, err
		}
	}
	return uses, nil
}

// keyConditions checks what there was before key condition expressions. Unlike
// other legacy parameters it goes together with expressions, and guregu/dynamo sends
// it for every Query.
func (e *expressions) keyConditions(conditions map[string]types.Condition) error {
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		if err := e.readable("KeyConditions", name, expression.Use{In: "a key condition"}); err != nil {
			return err
		}
	}
	return nil
}

// readable refuses to use the value of an attribute that DynamoDB does not see.
func (e *expressions) readable(parameter, name string, use expression.Use) error {
	what := use.In
	if use.Role == expression.Existence {
		what = "a path within it"
	}
	switch {
	case e.table.isReserved(name):
		return e.refused(parameter, name, fmt.Sprintf("the attribute is reserved and cannot be used here (%s)", what),
			"only attribute_exists and attribute_not_exists may ask for it")
	case e.table.actions.Action(name) == crypto.EncryptAndSign:
		return e.refused(parameter, name, fmt.Sprintf("it is encrypted, so DynamoDB cannot see its value (%s)", what),
			"compare after reading, ask attribute_exists of the whole attribute, or make its action sign")
	}
	return nil
}

// update checks an update expression: what it writes has to be unprotected.
func (e *expressions) update(text *string) error {
	if text == nil {
		return nil
	}
	const parameter = "UpdateExpression"
	uses, err := expression.Update(*text, e.names)
	if err != nil {
		return e.invalid(parameter, err)
	}
	e.use(uses.Values)
	for _, use := range uses.Attributes {
		name := use.Path.Attribute()
		if use.Role != expression.Written {
			if err := e.readable(parameter, name, use); err != nil {
				return err
			}
			continue
		}
		switch {
		case e.table.isReserved(name):
			return e.refused(parameter, name, "the attribute is reserved", "put the whole item")
		case e.table.isKey(name):
			return e.refused(parameter, name, "it is a key of the table", "put another item")
		case e.table.actions.Action(name) != crypto.DoNothing:
			return e.refused(parameter, name, fmt.Sprintf("it is protected (action %s), and writing it by itself would break the signature of the item", e.table.actions.Action(name)),
				"read, change and put the whole item under a condition, or make its action none")
		}
	}
	return nil
}

// projection checks a projection expression: nothing that is signed may be
// missing. It returns the expression and names to send, which also have the
// reserved attributes.
func (e *expressions) projection(text *string) (*string, map[string]string, error) {
	if text == nil {
		return nil, e.names, nil
	}
	const parameter = "ProjectionExpression"
	uses, err := expression.Projection(*text, e.names)
	if err != nil {
		return nil, nil, e.invalid(parameter, err)
	}
	var whole []string
	for _, use := range uses.Attributes {
		if len(use.Path) == 1 {
			whole = append(whole, use.Path.Attribute())
		}
	}
	if !e.table.covered(whole) {
		return nil, nil, e.refused(parameter, "", "an item of which signed attributes are missing does not verify",
			"read whole items and use what you need of them")
	}
	sent, names := *text, e.copyNames()
	for _, name := range e.table.reserved {
		if !slices.Contains(whole, name) {
			sent += ", " + addName(names, name)
		}
	}
	return &sent, names, nil
}

func (e *expressions) copyNames() map[string]string {
	names := maps.Clone(e.names)
	if names == nil {
		names = map[string]string{}
	}
	return names
}

// addName adds a placeholder for an attribute that nothing else uses.
func addName(names map[string]string, attribute string) string {
	for i := 0; ; i++ {
		placeholder := fmt.Sprintf("#ddbcrypt_%d", i)
		if _, taken := names[placeholder]; !taken {
			names[placeholder] = attribute
			return placeholder
		}
	}
}

// finish refuses values that no expression uses: DynamoDB would refuse them too,
// but only after it has seen them.
func (e *expressions) finish() error {
	for placeholder := range e.values {
		if !e.used[placeholder] {
			return e.refused("ExpressionAttributeValues", "", fmt.Sprintf("no expression uses %.*q", maxNameInError, placeholder), "remove the value")
		}
	}
	return nil
}
