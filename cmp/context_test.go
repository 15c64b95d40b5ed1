package cmp

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTableName(t *testing.T) {
	for nameOrARN, want := range map[string]string{
		"":                 "",
		"users":            "users",
		"users.v2_old-1":   "users.v2_old-1",
		"table":            "table",
		"arn":              "arn",
		"arn.users":        "arn.users",
		"Users":            "Users",
		"table.index-name": "table.index-name",
		"arn:aws:dynamodb:us-east-1:123456789012:table/users":               "users",
		"arn:aws-cn:dynamodb:cn-north-1:123456789012:table/users":           "users",
		"arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/users":    "users",
		"arn:aws-eusc:dynamodb:eusc-de-east-1:123456789012:table/users":     "users",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/users.v2_old-1":   "users.v2_old-1",
		"arn:aws:dynamodb:ddblocal:000000000000:table/users":                "users",
		"arn:aws:dynamodb:us-east-1:123456789012:table/arn":                 "arn",
		"arn:aws:dynamodb:us-east-1:123456789012:table/table":               "table",
		"arn:aws:dynamodb:us-east-1:123456789012:table/stream":              "stream",
		"arn:aws:dynamodb:us-east-1:123456789012:table/A.b-C_0123456789.xy": "A.b-C_0123456789.xy",
	} {
		t.Run(fmt.Sprintf("%q", nameOrARN), func(t *testing.T) {
			got, err := TableName(nameOrARN)
			require.NoError(t, err)
			assert.Equal(t, want, got)
			again, err := TableName(got)
			require.NoError(t, err)
			assert.Equal(t, want, again)
		})
	}
	const table = "arn:aws:dynamodb:us-east-1:123456789012:table/users"
	for name, arn := range map[string]string{
		"an index":                   table + "/index/by-email",
		"a stream":                   table + "/stream/2026-01-01T00:00:00.000",
		"a backup":                   table + "/backup/01489602797149-73d8d5bc",
		"an export":                  table + "/export/01234567890123-a1b2c3d4",
		"an import":                  table + "/import/01234567890123-a1b2c3d4",
		"a replica of a version 1":   "arn:aws:dynamodb::123456789012:global-table/users",
		"a table without a name":     "arn:aws:dynamodb:us-east-1:123456789012:table/",
		"a table and a slash":        table + "/",
		"a table with two slashes":   "arn:aws:dynamodb:us-east-1:123456789012:table//users",
		"a table and a colon":        table + ":1",
		"a resource with a colon":    "arn:aws:dynamodb:us-east-1:123456789012:table:users",
		"tables":                     "arn:aws:dynamodb:us-east-1:123456789012:tables/users",
		"a table in another case":    "arn:aws:dynamodb:us-east-1:123456789012:Table/users",
		"a service in another case":  "arn:aws:DynamoDB:us-east-1:123456789012:table/users",
		"a key of KMS":               "arn:aws:kms:us-east-1:123456789012:key/1234abcd",
		"a bucket":                   "arn:aws:s3:::users",
		"a table of Keyspaces":       "arn:aws:cassandra:us-east-1:123456789012:/keyspace/k/table/users",
		"a table of Glue":            "arn:aws:glue:us-east-1:123456789012:table/users",
		"an ARN without an account":  "arn:aws:dynamodb:us-east-1:table/users",
		"an ARN that is too short":   "arn:aws:dynamodb",
		"nothing after the prefix":   "arn:",
		"an ARN with another behind": table + "arn:aws:dynamodb:us-east-1:123456789012:table/other",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			got, err := TableName(arn)
			requireClass(t, ErrConfig, err)
			assert.Empty(t, got)
		})
	}
}
