package memdb

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

// keyConditionInput is one of the KeyConditions of a Query: what there was before
// key condition expressions. Unlike other old members it goes together with
// filter and projection expressions, and libraries still send it.
type keyConditionInput struct {
	AttributeValueList valueList
	ComparisonOperator string
}

type valueList []value

// UnmarshalJSON reads DynamoDB JSON.
func (l *valueList) UnmarshalJSON(data []byte) error {
	var texts []jsontext.Value
	if err := json.Unmarshal(data, &texts); err != nil {
		return err
	}
	for _, text := range texts {
		v, err := ddbjson.UnmarshalValue(text)
		if err != nil {
			return err
		}
		*l = append(*l, v)
	}
	return nil
}

// keyOperators are the operators of KeyConditions as expressions write them.
var keyOperators = map[string]string{"EQ": "=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "BEGINS_WITH": "begins_with", "BETWEEN": "BETWEEN"}

// keyTerms checks KeyConditions.
func keyTerms(conditions map[string]keyConditionInput) (map[string]keyTerm, error) {
	if len(conditions) == 0 {
		return nil, validation("Conditions must be at least length 1")
	}
	terms := map[string]keyTerm{}
	for name, c := range conditions {
		term := keyTerm{operator: keyOperators[c.ComparisonOperator], values: c.AttributeValueList}
		want := 1
		switch term.operator {
		case "":
			return nil, validation("Attempted conditional constraint is not an indexable operation")
		case "BETWEEN":
			want = 2
		}
		if len(term.values) != want {
			return nil, validation("One or more parameter values were invalid: Invalid number of argument(s) for the %s ComparisonOperator", c.ComparisonOperator)
		}
		for _, v := range term.values {
			if err := normalize(v); err != nil {
				return nil, err
			}
			if _, ok := v.(*numberV); ok && term.operator == "begins_with" {
				return nil, validation("One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type")
			}
		}
		if want == 2 && typeName(term.values[0]) == typeName(term.values[1]) && sortable(term.values[0]) > sortable(term.values[1]) {
			return nil, validation("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
		}
		terms[name] = term
	}
	return terms, nil
}
