package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func setTTL(t *testing.T, client *dynamodb.Client, table *string, attribute string, enabled bool) error {
	t.Helper()
	specification := &types.TimeToLiveSpecification{AttributeName: &attribute, Enabled: &enabled}
	out, err := client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{TableName: table, TimeToLiveSpecification: specification})
	if err == nil {
		assert.Equal(t, specification, out.TimeToLiveSpecification)
	}
	return err
}

func ttlOf(t *testing.T, client *dynamodb.Client, table *string) types.TimeToLiveDescription {
	t.Helper()
	out, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: table})
	require.NoError(t, err)
	return *out.TimeToLiveDescription
}

func testTimeToLive(t *testing.T, client *dynamodb.Client) {
	none := types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusDisabled}
	by := func(attribute string) types.TimeToLiveDescription {
		return types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusEnabled, AttributeName: &attribute}
	}
	type change struct {
		attribute string
		enabled   bool
		want      string // error code
	}
	for _, test := range []struct {
		name    string
		changes []change
		want    types.TimeToLiveDescription
	}{
		{"a new table has none", nil, none},
		{"it is enabled", []change{{"ttl", true, ""}}, by("ttl")},
		{"it may be by a key", []change{{"pk", true, ""}}, by("pk")},
		{"it may be by a name of 255 characters", []change{{strings.Repeat("x", 255), true, ""}}, by(strings.Repeat("x", 255))},
		{"a longer name is refused", []change{{strings.Repeat("x", 256), true, invalid}}, none},
		{"an empty name is refused", []change{{"", true, invalid}}, none},
		{"enabling it twice is refused", []change{{"ttl", true, ""}, {"ttl", true, invalid}}, by("ttl")},
		{"enabling it by another attribute is refused", []change{{"ttl", true, ""}, {"other", true, invalid}}, by("ttl")},
		{"it is disabled", []change{{"ttl", true, ""}, {"ttl", false, ""}}, none},
		{"disabling it by another attribute is refused", []change{{"ttl", true, ""}, {"other", false, invalid}}, by("ttl")},
		{"disabling none is refused", []change{{"ttl", false, invalid}}, none},
		{"disabling it twice is refused", []change{{"ttl", true, ""}, {"ttl", false, ""}, {"ttl", false, invalid}}, none},
		{"after it was disabled it is enabled by another attribute", []change{{"ttl", true, ""}, {"ttl", false, ""}, {"other", true, ""}}, by("other")},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := create(t, client, definition("pk", "S"))
			for _, c := range test.changes {
				assertCode(t, c.want, setTTL(t, client, table, c.attribute, c.enabled))
			}
			assert.Equal(t, test.want, ttlOf(t, client, table))
		})
	}
	t.Run("an unknown table is not found", func(t *testing.T) {
		unknown := name(randomName())
		assertCode(t, notFound, setTTL(t, client, unknown, "ttl", true))
		_, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: unknown})
		assertCode(t, notFound, err)
	})
	t.Run("a table is found by its ARN", func(t *testing.T) {
		arn := awaitTable(t, client, create(t, client, definition("pk", "S"))).TableArn
		require.NoError(t, setTTL(t, client, arn, "ttl", true))
		assert.Equal(t, by("ttl"), ttlOf(t, client, arn))
	})
	t.Run("it stays when an index is added, and goes with the table", func(t *testing.T) {
		in := definition("pk", "S")
		table := create(t, client, in)
		require.NoError(t, setTTL(t, client, table, "ttl", true))
		_, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
			TableName: table, AttributeDefinitions: in.AttributeDefinitions,
			GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{addIndex("by-key", "pk", types.ProjectionTypeAll)},
		})
		require.NoError(t, err)
		awaitTable(t, client, table)
		assert.Equal(t, by("ttl"), ttlOf(t, client, table))
		dropTable(t, client, table)
		_, err = client.CreateTable(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, none, ttlOf(t, client, table))
	})
}
