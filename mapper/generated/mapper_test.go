package generated_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"testing/cryptotest"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
)

// These have no generated code.
type (
	reflectedScalars    scalars
	reflectedFlags      flags
	reflectedContainers containers
	reflectedNests      nests
	reflectedEmbeds     embeds
	reflectedLeftovers  leftovers
	reflectedCarries    carries
)

// setting is an encryptor with options of a mapper.
type setting struct {
	encryptor *crypto.Encryptor
	options   []mapper.Option
}

func settings(t testing.TB) map[string]setting {
	aes, hmac := must(cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))), must(cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32)))
	static := must(cmp.NewStatic(cmp.StaticKeys{Encryption: aes, Signing: hmac}))
	kms := memkms.New()
	withKMS := must(cmp.NewKMS(kms.Client("eu-west-1"), kms.CreateKey("eu-west-1")))
	encryptor := crypto.NewEncryptor(static)
	return map[string]setting{
		"static keys":          {encryptor, nil},
		"wrapped keys":         {crypto.NewEncryptor(must(cmp.NewWrapped(cmp.WrappedKeys{Wrapping: aes, Signing: hmac}))), nil},
		"KMS":                  {crypto.NewEncryptor(withKMS), nil},
		"Java's order":         {crypto.NewEncryptor(static, crypto.WithJavaOrder()), nil},
		"previous actions":     {encryptor, []mapper.Option{mapper.WithPreviousActions(crypto.Actions{Default: crypto.SignOnly})}},
		"reading of plaintext": {encryptor, []mapper.Option{mapper.WithPlaintext(client.InsecureReadPlaintext)}},
		"plaintext":            {encryptor, []mapper.Option{mapper.WithPlaintext(client.InsecureReadWritePlaintext)}},
		"another tag key":      {encryptor, []mapper.Option{mapper.WithTagKey("json")}},
		"options":              {encryptor, []mapper.Option{mapper.WithEncoderOptions(func(o *attributevalue.EncoderOptions) { o.OmitEmptyTime = true })}},
	}
}

// twins are the functions that compare a type with its twin.
var twins = map[string]func(*testing.T, setting, source) bool{
	"scalars":    both[scalars, reflectedScalars],
	"flags":      both[flags, reflectedFlags],
	"containers": both[containers, reflectedContainers],
	"nests":      both[nests, reflectedNests],
	"embeds":     both[embeds, reflectedEmbeds],
	"leftovers":  both[leftovers, reflectedLeftovers],
	"carries":    both[carries, reflectedCarries],
}

func TestItemsAreThoseOfReflection(t *testing.T) {
	for name, s := range settings(t) {
		t.Run(name, func(t *testing.T) {
			for shape, compare := range twins {
				t.Run(shape, func(t *testing.T) {
					saved := 0
					for seed := range uint64(100) {
						if compare(t, s, newSource(seed)) {
							saved++
						}
					}
					assert.Greater(t, saved, 10)
				})
			}
		})
	}
}

// both saves a value by generated code and by reflection, with the same random bytes,
// and loads each by the other. It reports whether the value can be saved.
func both[G, R any](t *testing.T, s setting, random source) bool {
	options := append([]mapper.Option{mapper.WithTable("table")}, s.options...)
	generatedDB, reflectedDB := &memory{}, &memory{}
	generated, reflected := must(mapper.New[G](generatedDB, s.encryptor, options...)), must(mapper.New[R](reflectedDB, s.encryptor, options...))
	var g G
	random.fill(reflect.ValueOf(&g).Elem(), 0)
	fillKeys(reflect.ValueOf(&g).Elem())
	r := reflect.ValueOf(g).Convert(reflect.TypeFor[R]()).Interface().(R)

	seed := random.Uint64()
	cryptotest.SetGlobalRandom(t, seed)
	generatedErr := generated.Save(t.Context(), &g)
	cryptotest.SetGlobalRandom(t, seed)
	reflectedErr := reflected.Save(t.Context(), &r)
	require.Equal(t, message[R](reflectedErr), message[G](generatedErr))
	if reflectedErr != nil {
		return false
	}
	if _, isKMS := generatedDB.item["*amzn-ddb-map-desc*"]; isKMS && !sameKey(generatedDB.item, reflectedDB.item) {
		require.Len(t, generatedDB.item, len(reflectedDB.item))
	} else {
		require.Equal(t, reflectedDB.item, generatedDB.item)
	}

	generatedDB.item, reflectedDB.item = reflectedDB.item, generatedDB.item
	gotG, errG := generated.Load(t.Context(), keyOf(reflect.ValueOf(g))...)
	gotR, errR := reflected.Load(t.Context(), keyOf(reflect.ValueOf(r))...)
	require.Equal(t, message[R](errR), message[G](errG))
	assert.Equal(t, gotR, reflect.ValueOf(gotG).Convert(reflect.TypeFor[R]()).Interface())
	return true
}

func TestALoadOfSomeAttributesLeavesOthersZero(t *testing.T) {
	db := &memory{}
	orders := must(mapper.New[order](db, settings(t)["static keys"].encryptor))
	value := newOrder()
	require.NoError(t, orders.Save(t.Context(), &value))
	got, err := orders.Load(t.Context(), "alice", 1700000000, mapper.Project(orderAttrEmail, orderAttrLines))
	require.NoError(t, err)
	assert.Equal(t, order{ID: value.ID, Created: value.Created, Version: 1, Email: value.Email, Lines: value.Lines}, got)
}

// sameKey reports whether two items have the same key of their own: KMS makes keys by
// itself.
func sameKey(a, b crypto.Item) bool {
	return reflect.DeepEqual(a["*amzn-ddb-map-desc*"], b["*amzn-ddb-map-desc*"])
}

// message returns the text of an error without the name of the type.
func message[T any](err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), reflect.TypeFor[T]().String(), "T")
}

// fillKeys sets the keys to what DynamoDB takes.
func fillKeys(v reflect.Value) {
	switch id := v.FieldByName("ID"); id.Kind() {
	case reflect.String:
		id.SetString("alice")
	default:
		id.SetBytes([]byte("alice"))
	}
	if plan := v.FieldByName("Plan"); plan.IsValid() {
		plan.SetString("free")
	}
	if version := v.FieldByName("V"); version.IsValid() {
		version.SetUint(version.Uint() % 1000)
	}
}

func keyOf(v reflect.Value) []any {
	key := []any{v.FieldByName("ID").Interface()}
	if at := v.FieldByName("At"); at.IsValid() {
		key = append(key, at.Interface())
	}
	return key
}

func TestItemsShareNothingWithTheValue(t *testing.T) {
	value := flags{ID: []byte("alice"), Both: "both", Bins: [][]byte{[]byte("one")}}
	for _, serialize := range []bool{false, true} {
		item, ok := generated.Lookup(reflect.TypeFor[flags]()).Encode(&value, serialize, marshal)
		require.True(t, ok)
		value.ID[0], value.Bins[0][0] = '!', '!'
		assert.Equal(t, &types.AttributeValueMemberB{Value: []byte("alice")}, item["id"])
		assert.Equal(t, &types.AttributeValueMemberBS{Value: [][]byte{[]byte("one")}}, item["bins"])
		value.ID[0], value.Bins[0][0] = 'a', 'o'
	}
}
