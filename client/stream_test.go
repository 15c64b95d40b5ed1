package client_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// streamRecord is what the two libraries make of one image.
type streamRecord struct {
	lambda map[string]events.DynamoDBAttributeValue
	stream map[string]streams.AttributeValue
}

// newStreamRecord returns an item as Lambda and DynamoDB Streams deliver it.
func newStreamRecord(t *testing.T, item crypto.Item) streamRecord {
	t.Helper()
	text, err := ddbjson.Marshal(item)
	require.NoError(t, err)
	var r streamRecord
	require.NoError(t, json.Unmarshal(text, &r.lambda))
	r.stream = streamItem(t, item)
	return r
}

func streamItem(t *testing.T, item crypto.Item) map[string]streams.AttributeValue {
	converted := make(map[string]streams.AttributeValue, len(item))
	for name, v := range item {
		converted[name] = streamValue(t, v)
	}
	return converted
}

func streamValue(t *testing.T, v types.AttributeValue) streams.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &streams.AttributeValueMemberS{Value: v.Value}
	case *types.AttributeValueMemberN:
		return &streams.AttributeValueMemberN{Value: v.Value}
	case *types.AttributeValueMemberB:
		return &streams.AttributeValueMemberB{Value: v.Value}
	case *types.AttributeValueMemberSS:
		return &streams.AttributeValueMemberSS{Value: v.Value}
	case *types.AttributeValueMemberNS:
		return &streams.AttributeValueMemberNS{Value: v.Value}
	case *types.AttributeValueMemberBS:
		return &streams.AttributeValueMemberBS{Value: v.Value}
	case *types.AttributeValueMemberBOOL:
		return &streams.AttributeValueMemberBOOL{Value: v.Value}
	case *types.AttributeValueMemberNULL:
		return &streams.AttributeValueMemberNULL{Value: v.Value}
	case *types.AttributeValueMemberL:
		list := make([]streams.AttributeValue, len(v.Value))
		for i, element := range v.Value {
			list[i] = streamValue(t, element)
		}
		return &streams.AttributeValueMemberL{Value: list}
	case *types.AttributeValueMemberM:
		return &streams.AttributeValueMemberM{Value: streamItem(t, v.Value)}
	}
	require.Fail(t, "a value without a type")
	return nil
}

// open opens both forms of a record, which have to give the same.
func (r streamRecord) open(t *testing.T, db *client.Client, table string) (client.DecryptedImage, error) {
	t.Helper()
	before := maps.Clone(r.stream)
	lambda, lambdaErr := client.DecryptStreamImage(t.Context(), db, table, r.lambda)
	stream, streamErr := client.DecryptStreamImage(t.Context(), db, table, r.stream)
	require.Equal(t, stream, lambda)
	require.Equal(t, streamErr == nil, lambdaErr == nil)
	if streamErr != nil {
		require.Equal(t, streamErr.Error(), lambdaErr.Error())
	}
	require.Equal(t, before, r.stream, "the image must stay as it is")
	return stream, streamErr
}

// allTypes has all types of values, encrypted, signed and unprotected.
func allTypes() crypto.Item {
	item := key("alice", 1)
	values := func() map[string]types.AttributeValue {
		return map[string]types.AttributeValue{
			"S": str("text"), "empty S": str(""), "N": num(-7), "large N": &types.AttributeValueMemberN{Value: "12345678901234567890123456789012345678"},
			"B": &types.AttributeValueMemberB{Value: []byte{0, 255}}, "empty B": &types.AttributeValueMemberB{Value: []byte{}},
			"SS": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}, "NS": &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
			"BS":   &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
			"true": &types.AttributeValueMemberBOOL{Value: true}, "false": &types.AttributeValueMemberBOOL{}, "NULL": &types.AttributeValueMemberNULL{Value: true},
			"empty L": &types.AttributeValueMemberL{Value: []types.AttributeValue{}}, "empty M": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}},
		}
	}
	for name, v := range values() {
		item["encrypted "+name] = v
		item["signed "+name] = v
		item["unprotected "+name] = v
	}
	nested := &types.AttributeValueMemberM{Value: values()}
	nested.Value["L"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{Value: values()}, &types.AttributeValueMemberL{Value: []types.AttributeValue{str("x")}}}}
	item["encrypted M"], item["signed M"], item["unprotected M"] = nested, nested, nested
	return item
}

// allTypesActions are the actions for the attributes of allTypes.
func allTypesActions() crypto.Actions {
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly, "level": crypto.SignOnly}} // keys of indexes
	for name := range allTypes() {
		switch name[0] {
		case 's':
			actions.Overrides[name] = crypto.SignOnly
		case 'u':
			actions.Overrides[name] = crypto.DoNothing
		}
	}
	return actions
}

// streamWorld is a table whose items are read as images.
type streamWorld struct{ *world }

func newStreamWorld(t *testing.T) streamWorld {
	return streamWorld{newWorld(t, memdb.New().Client(), forms["wrapper"])}
}

// client returns a Client that has no access to any table.
func (w streamWorld) client(options ...client.Option) *client.Client {
	return client.New(nil, crypto.NewEncryptor(w.provider), options...)
}

// image stores an item encrypted and returns it as it is stored.
func (w streamWorld) image(t *testing.T, declared client.Table, item crypto.Item) crypto.Item {
	t.Helper()
	w.put(t, w.open(client.Tables(declared)), item)
	return w.stored(t, key("alice", 1))
}

func TestStreamImagesOpen(t *testing.T) {
	w := newStreamWorld(t)
	declared := w.declared()
	declared.Indexes, declared.Actions = nil, allTypesActions()
	stored := newStreamRecord(t, w.image(t, declared, allTypes()))

	for name, table := range map[string]string{
		"by the name of the table":              w.table,
		"by the ARN of the table":               arn(w.table),
		"by the ARN of the stream":              arn(w.table) + "/stream/2026-01-02T03:04:05.678",
		"by the ARN of a stream in a partition": "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/" + w.table + "/stream/2026-01-02T03:04:05.678",
	} {
		t.Run(name, func(t *testing.T) {
			image, err := stored.open(t, w.client(client.Tables(declared)), table)
			require.NoError(t, err)
			require.Equal(t, client.DecryptedImage{Item: allTypes()}, image)
		})
	}

	t.Run("into structs", func(t *testing.T) {
		image, err := stored.open(t, w.client(client.Tables(declared)), w.table)
		require.NoError(t, err)
		var got struct {
			ID   string   `dynamodbav:"id"`
			Tags []string `dynamodbav:"encrypted SS"`
		}
		require.NoError(t, attributevalue.UnmarshalMap(image.Item, &got))
		require.Equal(t, "alice", got.ID)
		require.Equal(t, []string{"a", "b"}, got.Tags)
	})

	t.Run("of a table that was renamed", func(t *testing.T) {
		renamed := declared
		renamed.Name, renamed.SignedAs = "accounts", w.table
		image, err := stored.open(t, w.client(client.Tables(renamed)), arn("accounts")+"/stream/2026-01-02T03:04:05.678")
		require.NoError(t, err)
		require.Equal(t, allTypes(), image.Item)
	})

	t.Run("of a table whose keys DescribeTable tells", func(t *testing.T) {
		discovered := declared
		discovered.PartitionKey, discovered.SortKey = "", ""
		for _, options := range [][]client.Option{{client.Tables(discovered)}, {client.OtherTables(client.Discover(declared.Actions))}} {
			image, err := stored.open(t, client.New(w.plain, crypto.NewEncryptor(w.provider), options...), arn(w.table)+"/stream/2026-01-02T03:04:05.678")
			require.NoError(t, err)
			require.Equal(t, allTypes(), image.Item)
		}
	})
}

func TestStreamRecordsWithoutAnImage(t *testing.T) {
	w := newStreamWorld(t)
	image, err := streamRecord{}.open(t, w.client(client.Tables(w.declared())), w.table)
	require.NoError(t, err)
	require.Equal(t, client.DecryptedImage{}, image)
	require.Zero(t, w.provider.calls.Load())
}

func TestStreamImagesThatAreRefused(t *testing.T) {
	w := newStreamWorld(t)
	stored := w.image(t, w.declared(), user("alice", 1))
	changed := func(name string, v types.AttributeValue) crypto.Item {
		item := maps.Clone(stored)
		if item[name] = v; v == nil {
			delete(item, name)
		}
		return item
	}
	other := w.declared()
	other.Name = "other"

	for name, test := range map[string]struct {
		image crypto.Item
		table string
		want  error
	}{
		"a signed attribute was changed":     {changed("plan", str("gold")), w.table, crypto.ErrSignature},
		"an encrypted attribute was changed": {changed("email", stored["address"]), w.table, crypto.ErrSignature},
		"an encrypted attribute is missing":  {changed("email", nil), w.table, crypto.ErrSignature},
		"an encrypted attribute was added":   {changed("phone", str("1")), w.table, crypto.ErrSignature},
		"the signature is missing":           {changed(crypto.DefaultSignatureAttribute, nil), w.table, crypto.ErrNotEncrypted},
		"the keys are taken for the image":   {key("alice", 1), w.table, crypto.ErrNotEncrypted},
		"plaintext":                          {user("alice", 1), w.table, crypto.ErrNotEncrypted},
		"an empty image":                     {crypto.Item{}, w.table, crypto.ErrNotEncrypted},
		"the image belongs to another table": {stored, "other", crypto.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			image, err := newStreamRecord(t, test.image).open(t, w.client(client.Tables(w.declared(), other)), test.table)
			require.ErrorIs(t, err, test.want)
			require.Equal(t, client.DecryptedImage{}, image)
			var failed *client.ItemError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, "DecryptStreamImage", failed.Op)
			require.Equal(t, test.table, failed.Table)
			require.False(t, failed.Applied)
			if len(test.image) > 0 {
				require.Equal(t, key("alice", 1), failed.Key())
			}
			requireNoValues(t, err, "alice@example.com", "gold")
		})
	}
}

func TestStreamImagesOfTablesThatAreNotDeclared(t *testing.T) {
	w := newStreamWorld(t)
	image := newStreamRecord(t, user("alice", 1))

	t.Run("are refused", func(t *testing.T) {
		for _, table := range []string{"other", "", "arn:aws:dynamodb:us-east-1:000000000000:table/", "not/a/table"} {
			_, err := image.open(t, w.client(client.Tables(w.declared())), table)
			require.ErrorIs(t, err, crypto.ErrConfig, table)
			var refused *client.RefusedError
			require.ErrorAs(t, err, &refused, table)
			require.Equal(t, "DecryptStreamImage", refused.Op)
			require.NotEmpty(t, refused.Advice)
		}
	})
	t.Run("are unprotected if others pass through", func(t *testing.T) {
		got, err := image.open(t, w.client(client.Tables(w.declared()), client.OtherTables(client.PassThrough())), "other")
		require.NoError(t, err)
		require.Equal(t, client.DecryptedImage{Item: user("alice", 1), Unprotected: true}, got)
	})
	t.Run("are unprotected if all actions are none", func(t *testing.T) {
		declared := client.Table{Name: "other", Actions: crypto.Actions{Default: crypto.DoNothing}}
		got, err := image.open(t, w.client(client.Tables(declared)), "other")
		require.NoError(t, err)
		require.True(t, got.Unprotected)
	})
	t.Run("are refused if nobody can tell their keys", func(t *testing.T) {
		_, err := image.open(t, w.client(client.Tables(client.Table{Name: "other"})), "other")
		require.ErrorIs(t, err, crypto.ErrConfig)
	})
}

func TestStreamImagesOfPlaintext(t *testing.T) {
	w := newStreamWorld(t)
	for _, policy := range []client.PlaintextPolicy{client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
		declared := w.declared()
		declared.Plaintext = policy
		var counter client.Counter
		db := w.client(client.Tables(declared), client.WithCounter(&counter))

		image, err := newStreamRecord(t, user("alice", 1)).open(t, db, w.table)
		require.NoError(t, err)
		require.Equal(t, client.DecryptedImage{Item: user("alice", 1), Unprotected: true}, image)
		require.EqualValues(t, 2, counter.Read(), "one for each form of the record")

		image, err = newStreamRecord(t, w.image(t, w.declared(), user("alice", 1))).open(t, db, w.table)
		require.NoError(t, err)
		require.Equal(t, client.DecryptedImage{Item: user("alice", 1)}, image)
		require.EqualValues(t, 2, counter.Read())
	}
}

func TestStreamImagesMayBeNestedAsDeeplyAsDynamoDBStoresThem(t *testing.T) {
	w := newStreamWorld(t)
	declared := w.declared()
	declared.Actions.Overrides = map[string]crypto.Action{"plan": crypto.SignOnly, "level": crypto.SignOnly, "signed": crypto.SignOnly, "unprotected": crypto.DoNothing}
	db := w.client(client.Tables(declared))
	nested := func(levels int) types.AttributeValue {
		v := str("x")
		for i := range levels - 1 {
			if i%2 == 0 {
				v = &types.AttributeValueMemberL{Value: []types.AttributeValue{v}}
			} else {
				v = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"v": v}}
			}
		}
		return v
	}
	deep := func(levels int) crypto.Item {
		item := user("alice", 1)
		item["signed"], item["unprotected"] = nested(levels), nested(levels)
		return item
	}
	deepest := 0
	for levels := 30; levels < 40; levels++ {
		_, err := w.plain.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: deep(levels)})
		if err != nil {
			break
		}
		deepest = levels
	}
	image, err := newStreamRecord(t, w.image(t, declared, deep(deepest))).open(t, db, w.table)
	require.NoError(t, err)
	require.Equal(t, deep(deepest), image.Item)

	_, err = newStreamRecord(t, deep(deepest+1)).open(t, db, w.table)
	require.ErrorIs(t, err, crypto.ErrConfig)
	require.ErrorContains(t, err, "nested")
	hostile := newStreamRecord(t, deep(4))
	hostile.stream["unprotected"] = streamValue(t, nested(100_000))
	_, err = client.DecryptStreamImage(t.Context(), db, w.table, hostile.stream)
	require.ErrorContains(t, err, "nested")
}
