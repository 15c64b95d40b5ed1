package wiretap

import (
	"strings"

	"github.com/go-json-experiment/json"
)

// TableARN stands before the name of a table in the ARNs that [OtherName] makes.
const TableARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"

// OtherName returns the ARN of a table for its name, and the name for any ARN.
// It is meant for [Fault].Tables.
func OtherName(table string) string {
	if _, name, ok := strings.Cut(table, ":table/"); ok && strings.HasPrefix(table, "arn:") {
		return name
	}
	return TableARN + table
}

// renameTables changes the names of tables in the answer to a batch operation.
func renameTables(body []byte, rename func(string) string) ([]byte, error) {
	var got object
	if err := json.Unmarshal(body, &got); err != nil {
		return nil, impossible("cannot read the answer to a batch: %w", err)
	}
	for _, member := range []string{"Responses", "UnprocessedItems", "UnprocessedKeys", "ItemCollectionMetrics"} {
		if got[member] == nil {
			continue
		}
		var tables object
		if err := json.Unmarshal(got[member], &tables); err != nil {
			return nil, impossible("cannot read %s of the answer: %w", member, err)
		}
		renamed := object{}
		for name, value := range tables {
			renamed[rename(name)] = value
		}
		if len(renamed) < len(tables) {
			return nil, impossible("Tables gives two tables of %s the same name, keep them apart", member)
		}
		var err error
		if got[member], err = encode(renamed); err != nil {
			return nil, err
		}
	}
	return encode(got)
}
