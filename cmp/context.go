package cmp

import (
	"fmt"
	"strings"
)

// EncryptionContext says where an item lives. It is the same for all items of
// a table.
//
// Source: developer guide, "DynamoDB encryption context".
type EncryptionContext struct {
	// TableName is covered by the signature: an item does not verify under
	// another name. Empty means that no table name is signed.
	TableName string
	// PartitionKey and SortKey name the attributes of the primary key, or are
	// empty. Attributes named here cannot be encrypted.
	PartitionKey string
	SortKey      string
}

// TableName returns the plain name of a table that is given by name or by ARN.
// A table has one signature and one KMS context, however a request names it. An
// ARN that is not a table's is an [ErrConfig].
func TableName(nameOrARN string) (string, error) {
	if !strings.HasPrefix(nameOrARN, "arn:") {
		return nameOrARN, nil
	}
	// arn:partition:dynamodb:region:account:table/name
	parts := strings.SplitN(nameOrARN, ":", 6)
	if len(parts) == 6 && parts[2] == "dynamodb" {
		name, isTable := strings.CutPrefix(parts[5], "table/")
		if isTable && name != "" && !strings.ContainsAny(name, "/:") {
			return name, nil
		}
	}
	return "", fmt.Errorf("cmp: %q is not the ARN of a table: %w", nameOrARN, ErrConfig)
}
