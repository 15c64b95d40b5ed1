package mapper_test

import (
	"errors"
	"math"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestMisuseOfQuery(t *testing.T) {
	users := newMapper[user](t, silent)
	of, key := mapper.Partition("alice"), expression.Key("id").Equal(expression.Value("alice"))
	tests := map[string]struct {
		options []mapper.QueryOption
		message string
	}{
		"no partition":                        {nil, "no partition is named; add Partition or KeyCondition, or use Scan"},
		"a sort key alone":                    {[]mapper.QueryOption{mapper.SortEqual(1)}, "no partition is named"},
		"a partition without values":          {[]mapper.QueryOption{mapper.Partition()}, `Partition has 0 values, and the partition key 1: "id"`},
		"a partition with too many":           {[]mapper.QueryOption{mapper.Partition("CANARY", 1)}, "Partition has 2 values"},
		"a partition of another type":         {[]mapper.QueryOption{mapper.Partition(7)}, `key attribute "id", field ID, of type int`},
		"a partition that is nil":             {[]mapper.QueryOption{mapper.Partition(nil)}, `key attribute "id", field ID, is nil`},
		"an empty partition":                  {[]mapper.QueryOption{mapper.Partition("")}, "is empty"},
		"a sort key of another type":          {[]mapper.QueryOption{of, mapper.SortGreater("CANARY")}, `key attribute "created"`},
		"a sort key that is not a number":     {[]mapper.QueryOption{of, mapper.SortLess(math.NaN())}, `key attribute "created"`},
		"one side of another type":            {[]mapper.QueryOption{of, mapper.SortBetween(1, "CANARY")}, `key attribute "created"`},
		"too many sort keys":                  {[]mapper.QueryOption{of, mapper.SortEqual(1, 2)}, `the sort key has no more attributes; it has 1: "created"`},
		"two conditions":                      {[]mapper.QueryOption{of, mapper.SortEqual(1), mapper.SortLess(2)}, "SortLess: the sort key has no more attributes"},
		"a range before another condition":    {[]mapper.QueryOption{of, mapper.SortGreater(1), mapper.SortLess(2)}, "SortGreater is not the last condition"},
		"no value":                            {[]mapper.QueryOption{of, mapper.SortEqual()}, "SortEqual has no value"},
		"a prefix of a number":                {[]mapper.QueryOption{of, mapper.SortPrefix(17)}, "is a number and has no prefix"},
		"a text prefix of a number":           {[]mapper.QueryOption{of, mapper.SortPrefix("")}, `key attribute "created"`},
		"two whole conditions":                {[]mapper.QueryOption{mapper.KeyCondition(key), mapper.KeyCondition(key)}, "KeyCondition is stated twice"},
		"a condition beside the whole one":    {[]mapper.QueryOption{of, mapper.KeyCondition(key)}, "leave out Partition and the Sort options"},
		"a sort key beside the whole one":     {[]mapper.QueryOption{mapper.SortLess(1), mapper.KeyCondition(key)}, "leave out Partition"},
		"an empty condition":                  {[]mapper.QueryOption{mapper.KeyCondition(expression.KeyConditionBuilder{})}, "KeyCondition or Filter"},
		"an empty filter":                     {[]mapper.QueryOption{of, mapper.Filter(expression.ConditionBuilder{})}, "KeyCondition or Filter"},
		"a filter whose value has no form":    {[]mapper.QueryOption{of, mapper.Filter(expression.Name("plan").Equal(expression.Value(failingMarshaler{})))}, "KeyCondition or Filter"},
		"a limit of none":                     {[]mapper.QueryOption{of, mapper.Limit(0)}, "Limit: 0 is not a number from 1"},
		"a negative limit":                    {[]mapper.QueryOption{of, mapper.Limit(-1)}, "Limit: -1"},
		"a page of none":                      {[]mapper.QueryOption{of, mapper.PageSize(0)}, "PageSize: 0"},
		"a page that is too large":            {[]mapper.QueryOption{of, mapper.PageSize(1_000_001)}, "PageSize: 1000001"},
		"two beginnings":                      {[]mapper.QueryOption{of, mapper.StartAfter(mapper.Key{"alice", 1}), mapper.StartToken("")}, "two beginnings"},
		"a beginning of another type":         {[]mapper.QueryOption{of, mapper.StartAfter("CANARY")}, "StartAfter: the item is a string"},
		"a beginning that is a value":         {[]mapper.QueryOption{of, mapper.StartAfter(user{})}, "not a Key or a *"},
		"a beginning that is a nil pointer":   {[]mapper.QueryOption{of, mapper.StartAfter((*user)(nil))}, "nil"},
		"a beginning that is nothing":         {[]mapper.QueryOption{of, mapper.StartAfter(nil)}, "StartAfter: the item is nil"},
		"a beginning without its key":         {[]mapper.QueryOption{of, mapper.StartAfter(&user{Created: 1})}, "does not tell its position"},
		"a beginning with half a key":         {[]mapper.QueryOption{of, mapper.StartAfter(mapper.Key{"alice"})}, "is 2, not 1"},
		"a key as the beginning of an index":  {[]mapper.QueryOption{mapper.KeyCondition(key), mapper.Index("i"), mapper.StartAfter(mapper.Key{"alice", 1})}, "use a *"},
		"an index that the tags do not name":  {[]mapper.QueryOption{of, mapper.Index("byPlan")}, `do not name an index "byPlan"`},
		"an attribute that is not there":      {[]mapper.QueryOption{of, mapper.Project("emial")}, `did you mean "email"?`},
		"a filter on an encrypted attribute":  {[]mapper.QueryOption{of, mapper.Filter(expression.Name("email").BeginsWith("CANARY"))}, `attribute "email": it is encrypted`},
		"a condition on an encrypted one":     {[]mapper.QueryOption{mapper.KeyCondition(expression.Key("email").Equal(expression.Value("CANARY")))}, `attribute "email": it is encrypted`},
		"a filter on the signature":           {[]mapper.QueryOption{of, mapper.Filter(expression.NameNoDotSplit(crypto.DefaultSignatureAttribute).Equal(expression.Value("CANARY")))}, "reserved"},
		"a filter within an encrypted one":    {[]mapper.QueryOption{of, mapper.Filter(expression.AttributeExists(expression.Name("email.home")))}, "a path within it"},
		"one good filter and one that is not": {[]mapper.QueryOption{of, mapper.Filter(expression.Name("plan").Equal(expression.Value(1))), mapper.Filter(expression.Name("email").Equal(expression.Value(1)))}, `"email"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := failure(t, users.Query(t.Context(), test.options...))
			requireClass(t, err, "Query", crypto.ErrConfig)
			assert.ErrorContains(t, err, test.message)
			assert.NotContains(t, err.Error(), "CANARY")
			assert.NotContains(t, err.Error(), "has no method", "nothing is sent")
			for page, err := range users.QueryPages(t.Context(), test.options...) {
				assert.Empty(t, page)
				requireClass(t, err, "QueryPages", crypto.ErrConfig)
			}
		})
	}
}

func TestMisuseOfScanAndCount(t *testing.T) {
	users := newMapper[user](t, silent)
	after := mapper.StartAfter(mapper.Key{"alice", 1})
	for message, options := range map[string][]mapper.ScanOption{
		"Segments: 0 is not":                       {mapper.Segments(0)},
		"Segments: 1000001 is not":                 {mapper.Segments(1_000_001)},
		"Segment: 0 is not":                        {mapper.Segment(0, 0)},
		"there is no segment 3 of 3":               {mapper.Segment(3, 3)},
		"there is no segment -1 of 3":              {mapper.Segment(-1, 3)},
		"Segment is for one segment, and Segments": {mapper.Segment(1, 3), mapper.Segments(3)},
		"Segments has many beginnings":             {after, mapper.Segments(3)},
		"go on with Segment and the token":         {mapper.StartToken("x"), mapper.Segments(3)},
		"it is not the Next of a page":             {mapper.StartToken("x")},
		`attribute "email": it is encrypted`:       {mapper.Segments(3), mapper.Filter(expression.Name("email").Equal(expression.Value("CANARY")))},
	} {
		err := failure(t, users.Scan(t.Context(), options...))
		requireClass(t, err, "Scan", crypto.ErrConfig)
		assert.ErrorContains(t, err, message)
		assert.NotContains(t, err.Error(), "has no method", "nothing is sent")
	}
	for _, options := range [][]mapper.QueryOption{{mapper.Limit(1)}, {mapper.Project("plan")}, {mapper.SortEqual(1)}, {mapper.Partition("alice"), mapper.Filter(expression.Name("email").Equal(expression.Value("CANARY")))}} {
		_, err := users.Count(t.Context(), options...)
		requireClass(t, err, "Count", crypto.ErrConfig)
		assert.NotContains(t, err.Error(), "has no method", "nothing is sent")
	}
	err := failure(t, users.In("no table has this name").Query(t.Context(), mapper.Partition("alice")))
	require.ErrorIs(t, err, crypto.ErrConfig)
}

type failingMarshaler struct{}

func (failingMarshaler) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return nil, errors.New("CANARY")
}
