package sequence

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Where an encrypting client differs from a plain one by design, or where DynamoDB leaves open what is returned, and
// what is done about it here:
//
//	an update creates no item                                            the plain client gets the condition that the item exists: existing
//	requests that the client refuses are not sent                        they are not generated, unless DynamoDB refuses them too: agree
//	a projection has to have all that is signed                          so do the generated ones
//	a partial local index returns whole items                            they are asked for, by Select
//	a partial global index is refused                                    it is only counted
//	a value that no expression uses is refused                           there is none; names that none uses are left to DynamoDB, which refuses them
//	a transaction that is encrypted again is another one                 there is no ClientRequestToken
//	encrypted items are longer                                           all are far from the limits of items and pages; capacity is not compared
//	texts of errors quote what was sent                                  only that of a failed condition is compared: failureOf
//	sets have no order                                                   they are sorted: normal
//	the items of a BatchGetItem have no order                            they are sorted by key: batchGetItem
//	DynamoDB Local leaves numbers in lists and maps as they are written  they are made what DynamoDB makes of them: normal

// existing adds to the condition of an update that the item exists, for the plain client.
func existing(s side, condition string) *string {
	switch {
	case s.plain && condition == "":
		condition = "attribute_exists(" + partitionKey + ")"
	case s.plain:
		condition = "attribute_exists(" + partitionKey + ") AND " + inParentheses(condition)
	}
	return optional(condition)
}

// inParentheses adds parentheses, unless there are some around the whole: DynamoDB refuses redundant ones.
func inParentheses(condition string) string {
	depth := 0
	for i, r := range condition {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && i < len(condition)-1 {
			return "(" + condition + ")"
		}
	}
	return condition
}

// outcome is what a caller sees of an operation, in normal form.
type outcome struct {
	Answer  any
	Failure *failure
}

// failure is what a caller can tell from an error.
type failure struct {
	Code    string
	Message string // of a failed condition, or of an error that is not DynamoDB's
	Item    crypto.Item
	Reasons []reason
}

type reason struct {
	Code, Message string
	Item          crypto.Item
}

// agree reports whether two outcomes are the same, and nothing went wrong that should not: what DynamoDB finds invalid may
// be refused before it is sent.
func agree(plain, encrypting outcome) bool {
	if plain.Failure != nil && plain.Failure.Code == unexpected {
		return false
	}
	if encrypting.Failure != nil && encrypting.Failure.Code == refused {
		return plain.Failure != nil && plain.Failure.Code == "ValidationException"
	}
	return reflect.DeepEqual(plain, encrypting)
}

// What a failure is that DynamoDB has no code for.
const (
	refused    = "refused" // a client.RefusedError
	unexpected = "unexpected"
)

func failureOf(err error) *failure {
	if err == nil {
		return nil
	}
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		f := &failure{Code: cancelled.ErrorCode()}
		for _, r := range cancelled.CancellationReasons {
			result := reason{Code: value(r.Code), Item: normal(r.Item)}
			if result.Code == "ConditionalCheckFailed" {
				result.Message = value(r.Message)
			}
			f.Reasons = append(f.Reasons, result)
		}
		return f
	}
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return &failure{Code: failed.ErrorCode(), Message: failed.ErrorMessage(), Item: normal(failed.Item)}
	}
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		return &failure{Code: fault.ErrorCode()}
	}
	if _, ok := errors.AsType[*client.RefusedError](err); ok {
		return &failure{Code: refused, Message: err.Error()}
	}
	return &failure{Code: unexpected, Message: err.Error()}
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func normalItems(items []crypto.Item) []crypto.Item {
	result := make([]crypto.Item, len(items))
	for i, item := range items {
		result[i] = normal(item)
	}
	return result
}

// keyText is a text that tells items of one table apart, and by which they can be sorted.
func keyText(item crypto.Item) string {
	id, _ := item[partitionKey].(*types.AttributeValueMemberS)
	created, _ := item[sortKey].(*types.AttributeValueMemberN)
	if id == nil || created == nil {
		return ""
	}
	return id.Value + " " + created.Value
}

func sortedByKey(items []crypto.Item) []crypto.Item {
	return slices.SortedFunc(slices.Values(items), func(a, b crypto.Item) int { return strings.Compare(keyText(a), keyText(b)) })
}
