package mapper_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// encodedVersion marshals itself and so is no number.
type encodedVersion int64

func (v encodedVersion) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return str("version"), nil
}

// decodedVersion unmarshals itself.
type decodedVersion int64

func (*decodedVersion) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

type whole struct {
	_  struct{} `ddbcrypt:"table=items"`
	ID string   `ddbcrypt:"partition"`
}

func (whole) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return str("x"), nil }

// refusal tries to make a mapper of T.
func refusal[T any](options ...mapper.Option) func(mapper.DynamoDB, crypto.ItemEncryptor) error {
	return func(db mapper.DynamoDB, encryptor crypto.ItemEncryptor) error {
		m, err := mapper.New[T](db, encryptor, options...)
		if err == nil || m == nil {
			return err
		}
		return nil
	}
}

func TestNewRefuses(t *testing.T) {
	type (
		noPartition struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string
		}
		sortOnly struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string   `ddbcrypt:"sort"`
		}
		noTable struct {
			ID string `ddbcrypt:"partition"`
		}
		twoPartitions struct {
			_ struct{} `ddbcrypt:"table=items"`
			A string   `ddbcrypt:"partition"`
			B string   `ddbcrypt:"partition"`
		}
		unknownWord struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string   `ddbcrypt:"partition"`
			A  string   `ddbcrypt:"sing"`
		}
		encryptedKey struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string   `ddbcrypt:"encrypt,partition"`
		}
		twoFaults struct {
			_  struct{} `ddbcrypt:"tabel=items"`
			ID string   `ddbcrypt:"partition"`
			A  string   `ddbcrypt:"version"`
		}
		sameButForCase struct {
			_     struct{} `ddbcrypt:"table=items"`
			ID    string   `ddbcrypt:"partition"`
			Email string   `dynamodbav:"email"`
			EMAIL string   `dynamodbav:"EMAIL"`
		}
		versionAsText struct {
			_       struct{} `ddbcrypt:"table=items"`
			ID      string   `ddbcrypt:"partition"`
			Version int      `dynamodbav:",string" ddbcrypt:"version"`
		}
		versionWithMethods struct {
			_       struct{}       `ddbcrypt:"table=items"`
			ID      string         `ddbcrypt:"partition"`
			Version encodedVersion `ddbcrypt:"version"`
		}
		versionPointerWithMethods struct {
			_       struct{}        `ddbcrypt:"table=items"`
			ID      string          `ddbcrypt:"partition"`
			Version *encodedVersion `ddbcrypt:"version"`
		}
		versionThatUnmarshals struct {
			_       struct{}       `ddbcrypt:"table=items"`
			ID      string         `ddbcrypt:"partition"`
			Version decodedVersion `ddbcrypt:"version"`
		}
		reservedName struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string   `ddbcrypt:"partition"`
			A  string   `dynamodbav:"*amzn-ddb-map-sig*"`
		}
		ownReservedName struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string   `ddbcrypt:"partition"`
			A  string   `dynamodbav:"seal"`
		}
		nestedTag struct {
			_  struct{} `ddbcrypt:"table=items"`
			ID string   `ddbcrypt:"partition"`
			In struct {
				A string `ddbcrypt:"sign"`
			}
		}
		wrongTable struct {
			_  struct{} `ddbcrypt:"table=arn:aws:s3:::bucket"`
			ID string   `ddbcrypt:"partition"`
		}
		secret struct{ A string }
		hidden struct {
			_      struct{} `ddbcrypt:"table=items"`
			secret `dynamodbav:"secret" ddbcrypt:"partition"`
		}
	)
	sealed := newEncryptor(1, crypto.WithAttributeNames("description", "seal"))
	tests := map[string]struct {
		make      func(mapper.DynamoDB, crypto.ItemEncryptor) error
		encryptor crypto.ItemEncryptor
		words     []string
	}{
		"a pointer to a struct":                {make: refusal[*user](), words: []string{"*mapper_test.user", "struct type", "ptr"}},
		"a type that is no struct":             {make: refusal[map[string]string](), words: []string{"map[string]string", "struct type"}},
		"an interface":                         {make: refusal[any](), words: []string{"struct type", "interface"}},
		"a time":                               {make: refusal[time.Time](), words: []string{"time.Time"}},
		"a struct that marshals itself":        {make: refusal[whole](), words: []string{"mapper_test.whole", "marshals itself"}},
		"a struct without fields":              {make: refusal[struct{}](), words: []string{`ddbcrypt:"partition"`}},
		"a struct without a partition key":     {make: refusal[noPartition](), words: []string{"noPartition", `ddbcrypt:"partition"`}},
		"a sort key alone":                     {make: refusal[sortOnly](), words: []string{"sortOnly", "ID", "partition"}},
		"two partition keys":                   {make: refusal[twoPartitions](), words: []string{"twoPartitions", "field B", "field A"}},
		"an unknown word":                      {make: refusal[unknownWord](), words: []string{"unknownWord", "field A", `"sing"`, `did you mean "sign"`}},
		"an encrypted key":                     {make: refusal[encryptedKey](), words: []string{"encryptedKey", "field ID", "encrypt,partition"}},
		"two faults, together":                 {make: refusal[twoFaults](), words: []string{`did you mean "table"`, "version must be an integer"}},
		"names that differ in case":            {make: refusal[sameButForCase](), words: []string{`"email"`, `"EMAIL"`, "differ only in case"}},
		"no table":                             {make: refusal[noTable](), words: []string{"noTable", "table=NAME", "WithTable"}},
		"an empty name of a table":             {make: refusal[noTable](mapper.WithTable("")), words: []string{"WithTable"}},
		"an ARN that is no table's":            {make: refusal[noTable](mapper.WithTable("arn:aws:s3:::bucket")), words: []string{"arn:aws:s3:::bucket"}},
		"an ARN of an index":                   {make: refusal[noTable](mapper.WithTable("arn:aws:dynamodb:us-east-1:123456789012:table/t/index/i")), words: []string{"table/t/index/i"}},
		"a tag with an ARN that is no table's": {make: refusal[wrongTable](), words: []string{"arn:aws:s3:::bucket"}},
		"a version that is text":               {make: refusal[versionAsText](), words: []string{"field Version", "string"}},
		"a version that marshals itself":       {make: refusal[versionWithMethods](), words: []string{"field Version", "encodedVersion"}},
		"a pointer to such a version":          {make: refusal[versionPointerWithMethods](), words: []string{"field Version", "encodedVersion"}},
		"a version that unmarshals itself":     {make: refusal[versionThatUnmarshals](), words: []string{"field Version", "decodedVersion"}},
		"a reserved name":                      {make: refusal[reservedName](), words: []string{"field A", "*amzn-ddb-map-sig*", "reserved"}},
		"a name that the encryptor reserves":   {make: refusal[ownReservedName](), encryptor: sealed, words: []string{"ownReservedName", `"seal"`, "reserved"}},
		"a tag in a nested struct":             {make: refusal[nestedTag](), words: []string{"In.A", "nested"}},
		"a struct as a key":                    {make: refusal[hidden](), words: []string{"field secret", "string, a number or binary"}},
		"a bool as a key":                      {make: refusal[keyed[bool]](), words: []string{"field Key", "bool"}},
		"a map as a key":                       {make: refusal[keyed[map[string]string]](), words: []string{"field Key", "map[string]string"}},
		"a list as a key":                      {make: refusal[keyed[[]string]](), words: []string{"field Key", "[]string"}},
		"a pointer to a list as a key":         {make: refusal[keyed[*[]string]](), words: []string{"field Key", "[]string"}},
		"a tag key that names nothing":         {make: refusal[user](mapper.WithTagKey("a b")), words: []string{`"a b"`}},
		"its own tag key":                      {make: refusal[user](mapper.WithTagKey("ddbcrypt")), words: []string{`"ddbcrypt"`}},
		"an encryptor without a provider":      {make: refusal[user](), encryptor: crypto.NewEncryptor(nil), words: []string{"provider is nil"}},
		"no encryptor":                         {make: func(db mapper.DynamoDB, _ crypto.ItemEncryptor) error { return refusal[user]()(db, nil) }, words: []string{"nil"}},
		"no client":                            {make: func(_ mapper.DynamoDB, e crypto.ItemEncryptor) error { return refusal[user]()(nil, e) }, words: []string{"nil"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.encryptor == nil {
				test.encryptor = newEncryptor(1)
			}
			err := test.make(silent, test.encryptor)
			require.ErrorIs(t, err, crypto.ErrConfig)
			assert.True(t, strings.HasPrefix(err.Error(), "ddbcrypt: mapper of "), err)
			for _, word := range test.words {
				assert.ErrorContains(t, err, word)
			}
		})
	}
}

func TestNewReportsTagsAsErrorsOfPackageTags(t *testing.T) {
	type bad struct {
		ID string `ddbcrypt:"partition,partitoin"`
	}
	_, err := mapper.New[bad](silent, newEncryptor(1))
	var e *tags.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "ID", e.Field)
	assert.Equal(t, "partition,partitoin", e.Tag)
}

func TestNewSendsNothing(t *testing.T) {
	client := &recorder{DynamoDB: silent}
	require.NotNil(t, newMapper[user](t, client))
	assert.Zero(t, client.requests())
}

func TestWithTableWinsOverTheTag(t *testing.T) {
	client := &recorder{DynamoDB: silent}
	m := newMapper[user](t, client, mapper.WithTable("others"))
	_, _ = m.Load(t.Context(), "alice", 1)
	assert.Equal(t, "others", *client.gets[0].TableName)
}

func TestOwnReservedNamesAreUsed(t *testing.T) {
	db := newDB(t, "users", "id", "S", "created", "N")
	users := must(mapper.New[user](db.Client(), newEncryptor(1, crypto.WithAttributeNames("description", "seal"))))
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	assert.Equal(t, []string{"created", "description", "email", "id", "plan", "seal", "version", "views"}, names(theItem(t, db, "users")))
	got, err := users.Load(t.Context(), "alice", 1700000000)
	require.NoError(t, err)
	assert.Equal(t, u, got)
}

func TestRecursiveTypes(t *testing.T) {
	type node struct {
		_        struct{} `ddbcrypt:"table=nodes"`
		ID       string   `dynamodbav:"id" ddbcrypt:"partition"`
		Children []*struct {
			Name string
			Next any
		}
		Self *reflect.Kind
	}
	db := newDB(t, "nodes", "id", "S")
	nodes := newMapper[node](t, db.Client())
	require.NoError(t, nodes.Save(t.Context(), &node{ID: "n"}))
	got, err := nodes.Load(t.Context(), "n")
	require.NoError(t, err)
	assert.Equal(t, node{ID: "n"}, got)
}

// observed is a provider that keeps the contexts that it was asked with.
type observed struct {
	cmp.Provider
	contexts *[]cmp.EncryptionContext
}

func (o observed) EncryptionMaterials(ctx context.Context, r cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	*o.contexts = append(*o.contexts, r.Context)
	return o.Provider.EncryptionMaterials(ctx, r)
}

func (o observed) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	*o.contexts = append(*o.contexts, r.Context)
	return o.Provider.DecryptionMaterials(ctx, r)
}

func TestEncryptionContext(t *testing.T) {
	var contexts []cmp.EncryptionContext
	encryptor := crypto.NewEncryptor(observed{newProvider(1), &contexts})
	db, _ := newUsers(t)
	addTable(t, db, "values", "id", "S")

	users := must(mapper.New[user](db.Client(), encryptor))
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	_, err := users.Load(t.Context(), u.ID, u.Created)
	require.NoError(t, err)
	values := must(mapper.New[plainTag[int]](db.Client(), encryptor))
	require.NoError(t, values.Save(t.Context(), &plain(1)[0]))
	byARN := must(mapper.New[user](silent, encryptor, mapper.WithTable("arn:aws:dynamodb:us-east-1:123456789012:table/users")))
	require.NoError(t, byARN.Save(t.Context(), &u))

	ofUsers := cmp.EncryptionContext{TableName: "users", PartitionKey: "id", SortKey: "created"}
	assert.Equal(t, []cmp.EncryptionContext{
		ofUsers, ofUsers, {TableName: "values", PartitionKey: "id"}, ofUsers,
	}, contexts)
}
