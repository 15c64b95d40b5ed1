package mapper_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// What the table has and what the tags of checked say differ in every way.
type (
	actual struct {
		_       struct{} `ddbcrypt:"table=checked,projection=projected:keys,include=included:a"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		At      string   `dynamodbav:"at" ddbcrypt:"sort"`
		Global  string   `dynamodbav:"global" ddbcrypt:"index=sorted:partition,index=projected:partition,index=included:partition"`
		Number  int      `dynamodbav:"number" ddbcrypt:"index=typed:partition"`
		Local   string   `dynamodbav:"local" ddbcrypt:"localindex=local"`
		Secret  string   `dynamodbav:"secret" ddbcrypt:"index=secret:partition"`
		Expires int64    `dynamodbav:"expires" ddbcrypt:"ttl"`
	}
	checked struct {
		_       struct{} `ddbcrypt:"table=checked,projection=projected:all,include=included:a,include=included:b"`
		ID      int      `dynamodbav:"id" ddbcrypt:"partition"`
		Other   string   `dynamodbav:"other" ddbcrypt:"sort"`
		Global  string   `dynamodbav:"global" ddbcrypt:"index=sorted:partition,index=projected:partition,index=included:partition"`
		Number  string   `dynamodbav:"number" ddbcrypt:"index=typed:partition,index=sorted:sort"`
		Local   string   `dynamodbav:"local" ddbcrypt:"index=local:partition"`
		Missing string   `dynamodbav:"missing" ddbcrypt:"index=missing:partition"`
		A       string   `dynamodbav:"a"`
		B       string   `dynamodbav:"b"`
		Secret  string   `dynamodbav:"secret"`
		Expires int64    `dynamodbav:"expires"`
	}
	otherTTL struct {
		_       struct{} `ddbcrypt:"table=checked"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		At      string   `dynamodbav:"at" ddbcrypt:"sort"`
		Secret  string   `dynamodbav:"secret" ddbcrypt:"sign"`
		Expires int64    `dynamodbav:"expires" ddbcrypt:"sign"`
		Until   int64    `dynamodbav:"until" ddbcrypt:"ttl"`
	}
	missingTTL struct {
		_     struct{} `ddbcrypt:"table=notes"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Until int64    `dynamodbav:"until" ddbcrypt:"ttl"`
	}
	fewer struct {
		_  struct{} `ddbcrypt:"table=checked"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
		At string   `dynamodbav:"at" ddbcrypt:"sort"`
	}
	withoutSort struct {
		_  struct{} `ddbcrypt:"table=checked"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
	}
)

func init() {
	suite["Check says every mismatch at once"] = func(t *testing.T, w *world) {
		require.NoError(t, mapper.Check(t.Context(), createMapper[actual](t, w)))
		err := mapper.Check(t.Context(), openMapper[checked](t, w))
		requireClass(t, err, "Check", crypto.ErrConfig)
		require.Equal(t, []string{
			`the key of the table: attribute "id" is of type S in the table, and field ID is stored as N`,
			`the key of the table: the sort key is ["at"] in the table and ["other"] in the tags`,
			`index "included": the table does not project attribute "b"`,
			`index "local" is local in the table and global in the tags`,
			`the table has no index "missing"`,
			`index "projected": the projection is KEYS_ONLY in the table and ALL in the tags`,
			`the key of index "sorted": the sort key is missing in the table and ["number"] in the tags`,
			`the key of index "typed": attribute "number" is of type N in the table, and field Number is stored as S`,
			`attribute "secret" is a key of index "secret", but it is encrypted; tag its field index`,
			`attribute "expires" tells the table when items expire, but it is encrypted; tag its field ttl`,
		}, mismatches(t, err))
	}
	suite["Check takes tables with more than the tags say"] = func(t *testing.T, w *world) {
		createMapper[actual](t, w)
		require.NoError(t, mapper.Check(t.Context(), openMapper[fewer](t, w)))
	}
	suite["Check compares the time to live, and many mappers"] = func(t *testing.T, w *world) {
		actuals, notes := createMapper[actual](t, w), createMapper[note](t, w)
		others, missing, bare := openMapper[otherTTL](t, w), openMapper[missingTTL](t, w), openMapper[withoutSort](t, w)
		require.NoError(t, mapper.Check(t.Context()))
		require.NoError(t, mapper.Check(t.Context(), actuals, notes))

		err := mapper.Check(t.Context(), others)
		require.Equal(t, []string{`the time to live is attribute "expires" in the table and "until" in the tags`}, mismatches(t, err))
		err = mapper.Check(t.Context(), missing)
		require.Equal(t, []string{`field Until is tagged ttl, but the table has no time to live`}, mismatches(t, err))
		err = mapper.Check(t.Context(), bare)
		require.Equal(t, []string{`the key of the table: the sort key is ["at"] in the table and missing in the tags`}, mismatches(t, err))

		err = mapper.Check(t.Context(), actuals, others, notes, missing, notes.In("nowhere"))
		require.ErrorContains(t, err, "otherTTL")
		require.ErrorContains(t, err, "missingTTL")
		var absent *types.ResourceNotFoundException
		require.ErrorAs(t, err, &absent)
		require.NotContains(t, err.Error(), "actual")
	}
}

func mismatches(t *testing.T, err error) []string {
	t.Helper()
	var e *mapper.TableError
	require.ErrorAs(t, err, &e)
	return e.Mismatches
}

// describing is a client that says what it was told to of tables.
type describing struct {
	failing
	table *dynamodb.DescribeTableOutput
	ttl   *dynamodb.DescribeTimeToLiveOutput
}

func (d describing) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return d.table, nil
}

func (d describing) DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return d.ttl, nil
}

func TestCheckBearsAnswersOfMocks(t *testing.T) {
	for _, out := range []*dynamodb.DescribeTableOutput{nil, {}} {
		requireClass(t, mapper.Check(t.Context(), newMapper[note](t, describing{table: out})), "Check", crypto.ErrConfig)
	}
	empty := &dynamodb.DescribeTableOutput{Table: &types.TableDescription{}}
	err := mapper.Check(t.Context(), newMapper[note](t, describing{table: empty}))
	require.Equal(t, []string{`the key of the table: the partition key is missing in the table and ["id"] in the tags`}, mismatches(t, err))

	empty.Table = &types.TableDescription{
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
	}
	require.NoError(t, mapper.Check(t.Context(), newMapper[note](t, describing{table: empty})))
	disabled := &dynamodb.DescribeTimeToLiveOutput{TimeToLiveDescription: &types.TimeToLiveDescription{
		TimeToLiveStatus: types.TimeToLiveStatusDisabled, AttributeName: aws.String("text")}}
	require.NoError(t, mapper.Check(t.Context(), newMapper[note](t, describing{table: empty, ttl: disabled})))
	disabled.TimeToLiveDescription.TimeToLiveStatus = types.TimeToLiveStatusEnabling
	require.Error(t, mapper.Check(t.Context(), newMapper[note](t, describing{table: empty, ttl: disabled})))
}
