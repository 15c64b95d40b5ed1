package mapper

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// Types that marshal themselves badly, and others that are awkward.
type (
	panicking struct{ A int }
	null      struct{ A string }
	nothing   struct{ A string }
	octet     byte
	recursive struct{ Next *recursive }
)

func (panicking) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { panic("secret") }

func (null) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberNULL{Value: true}, nil
}

func (nothing) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

// structGenerator makes struct types with tags that are right, wrong or odd.
type structGenerator struct{ *rand.Rand }

func (g structGenerator) pick(words ...string) string { return words[g.IntN(len(words))] }

var fieldTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[*int64](), reflect.TypeFor[uint8](), reflect.TypeFor[float64](),
	reflect.TypeFor[bool](), reflect.TypeFor[[]byte](), reflect.TypeFor[[3]byte](), reflect.TypeFor[[]string](), reflect.TypeFor[map[string]int](),
	reflect.TypeFor[any](), reflect.TypeFor[time.Time](), reflect.TypeFor[**time.Time](), reflect.TypeFor[chan int](), reflect.TypeFor[func()](),
	reflect.TypeFor[complex64](), reflect.TypeFor[error](), reflect.TypeFor[map[string]types.AttributeValue](), reflect.TypeFor[types.AttributeValue](),
	reflect.TypeFor[panicking](), reflect.TypeFor[null](), reflect.TypeFor[nothing](), reflect.TypeFor[attributevalue.Number](),
	reflect.TypeFor[recursive](), reflect.TypeFor[*recursive](), reflect.TypeFor[[]octet](), reflect.TypeFor[[0]int](),
}

func (g structGenerator) structType() reflect.Type {
	var fields []reflect.StructField
	if g.IntN(4) > 0 { // or else few have a key
		fields = append(fields, reflect.StructField{Name: "ID", Type: reflect.TypeFor[string](), Tag: `dynamodbav:"id" ddbcrypt:"partition"`})
	}
	for i := range g.IntN(5) {
		name := g.pick("", "", "a", "A", "b", "id", "-", "*amzn-ddb-map-sig*", "é")
		option := g.pick("", "", ",omitempty", ",string", ",unixtime", ",stringset", ",nullempty")
		crypt := g.pick("", "", "encrypt", "sign", "none", "partition", "sort", "version", "ttl", "unknown", "index=i-x:partition", "index=i-x:sort", "localindex=l-x", "sing", "sign,,", ",")
		tag := fmt.Sprintf("dynamodbav:%q", name+option)
		if crypt != "" {
			tag += fmt.Sprintf(" ddbcrypt:%q", crypt)
		}
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: fieldTypes[g.IntN(len(fieldTypes))], Tag: reflect.StructTag(tag)})
	}
	return reflect.StructOf(fields)
}

// fill sets the fields of simple kinds.
func (g structGenerator) fill(value reflect.Value) {
	for i := range value.NumField() {
		field := value.Field(i)
		switch {
		case field.Kind() == reflect.String:
			field.SetString("1")
		case field.CanInt():
			field.SetInt(1)
		case field.CanUint():
			field.SetUint(1)
		case field.Type() == reflect.TypeFor[[]byte]():
			field.SetBytes([]byte{1})
		}
	}
}

// TestGeneratedTypesAreRefusedOrWork: whatever a struct looks like, nothing panics, and
// what is refused is a fault of the program.
func TestGeneratedTypesAreRefusedOrWork(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("to repeat it, set the seed to %d", seed)
	g := structGenerator{rand.New(rand.NewPCG(seed, 0))}
	provider, err := cmp.NewStatic(newStaticKeys(t))
	require.NoError(t, err)
	refused, saved, loaded := 0, 0, 0
	for range 2000 {
		typ, db := g.structType(), memdb.New().Client()
		m, err := newCore(db, crypto.NewEncryptor(provider), typ, options{table: "items", now: time.Now, concurrency: 1})
		var input *dynamodb.CreateTableInput
		if err == nil {
			input, err = m.createTableInput()
		}
		if err != nil {
			require.ErrorIs(t, err, crypto.ErrConfig, "%s", typ)
			refused++
			continue
		}
		_, err = db.CreateTable(t.Context(), input)
		require.NoError(t, err, "%s", typ)

		value := reflect.New(typ)
		g.fill(value.Elem())
		key, err := m.keyOf(value.Interface())
		if err == nil {
			err = m.save(t.Context(), value.Interface(), callOptions{clobber: true}) // versions are set, too
		}
		if api, ok := errors.AsType[smithy.APIError](err); ok {
			require.Contains(t, api.ErrorMessage(), "Index Key", "%s", typ) // such as NULL of a nil pointer
			continue
		}
		if err != nil {
			require.ErrorIs(t, err, crypto.ErrConfig, "%s", typ)
			require.NotContains(t, err.Error(), "secret")
			continue
		}
		saved++
		out, err := m.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("items"), Key: key})
		require.NoError(t, err, "%s", typ)
		require.NotEmpty(t, out.Item, "%s", typ)
		if err := m.decode(t.Context(), out.Item, nil, reflect.New(typ).Interface()); err != nil {
			require.ErrorIs(t, err, crypto.ErrConfig, "%s", typ)
			continue
		}
		loaded++
	}
	// The generator must not drift into making types of one kind only.
	assert.Greater(t, refused, 200)
	assert.Greater(t, saved, 100)
	assert.Greater(t, loaded, 100)
	t.Logf("refused %d, saved %d, loaded %d", refused, saved, loaded)
}

func newStaticKeys(t *testing.T) cmp.StaticKeys {
	t.Helper()
	encryption, err := cmp.NewAESKey(make([]byte, 32))
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", make([]byte, 32))
	require.NoError(t, err)
	return cmp.StaticKeys{Encryption: encryption, Signing: signing}
}
