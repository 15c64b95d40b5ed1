//go:build interop

package interop

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// TestMapper has Java's DynamoDBMapper and ours work on the same items.
func TestMapper(t *testing.T) {
	m := startMappers(t)
	for _, test := range []struct {
		name string
		run  func(*mappers, *testing.T)
	}{
		{"annotations are tags", (*mappers).classes},
		{"items are bound to the table", (*mappers).tables},
		{"an index is read", (*mappers).index},
		{"the key of an index is not encrypted", (*mappers).encryptedIndexKey},
		{"one sees the versions of the other", (*mappers).versions},
		{"clobbering counts on without a condition", (*mappers).clobber},
		{"a version of zero is that of a stored item", (*mappers).zeroVersion},
		{"partial updates are refused", (*mappers).partialUpdates},
		{"attributes that are not modelled are handled", (*mappers).unknownAttributes},
		{"attributes that are not modelled are left alone", (*mappers).unprotectedAttributes},
		{"values that may surprise are read by the other", (*mappers).formats},
		{"an empty set is encrypted by Java", (*mappers).emptySet},
		{"booleans are numbers by default", (*mappers).booleans},
		{"a class with a map is refused under the schema V1", (*mappers).oldSchema},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(m, t) })
	}
}

// protection says which attributes are signed only, and which are left alone. The others are encrypted.
type protection struct{ signed, open []string }

var accountAttributes = []string{"id", "created", "name", "age", "balance", "score", "rate", "active", "photo", "thumbnail",
	"tags", "numbers", "digests", "history", "limits", "address", "former", "plan", "views", "version"}

func (m *mappers) classes(t *testing.T) {
	ofAccount := protection{signed: []string{"id", "created", "plan", "version"}, open: []string{"views"}}
	checkClass(t, m, "Account", account{exampleAccount()}, ofAccount)
	checkClass(t, m, "MovedAccount", movedAccount{accountParts: exampleAccount()}, ofAccount)
	allButViews := slices.DeleteFunc(slices.Clone(accountAttributes), func(name string) bool { return name == "views" })
	checkClass(t, m, "SignedAccount", signedAccount{accountParts: exampleAccount()}, protection{signed: allButViews, open: []string{"views"}})
	checkClass(t, m, "OpenAccount", openAccount{ID: "alice", Created: 1, commonValues: exampleValues(), Plan: "free", Views: 3},
		protection{open: accountAttributes})
	signedKeys := protection{signed: []string{"id", "created", "plan"}}
	checkClass(t, m, "WideProfile", wideProfile{exampleProfile()}, signedKeys)
	checkClass(t, m, "OpenEndedProfile", openEndedProfile{profileParts: exampleProfile().profileParts}, signedKeys)
	checkClass(t, m, "Customer", exampleCustomer(), signedKeys)
}

func exampleCustomer() customer { return customer{tableKeys{"alice", 1}, "free", "alice@example.com"} }

func exampleAccount() accountParts {
	return accountParts{tableKeys: tableKeys{"alice", 1}, commonValues: exampleValues(), Plan: "free", Views: 3}
}

func exampleProfile() wideParts {
	return wideParts{profileParts{tableKeys{"alice", 1}, "Alice", "free"}, "alice@example.com", 3, []string{"a", "b"}}
}

func exampleValues() commonValues {
	return commonValues{
		Name: "Älice 😀", Age: -7, Balance: -9_007_199_254_740_993, Score: 0.1, Rate: "12345678901234567890.5", Active: true,
		Photo: []byte{0, 0xff}, Thumbnail: []byte{0x80}, Tags: []string{"a", "b"}, Numbers: []int64{-1, 20}, Digests: [][]byte{{1}, {2}},
		History: []string{"b", "a", "b"}, Limits: map[string]int{"days": 30},
		Address: address{"Hauptstraße 1", 10115, []string{"c/o Bob"}},
		Former:  []address{{"Elm St", 1, []string{}}, {"Oak St", 0, []string{"x", "y"}}},
	}
}

// checkClass wants a class and a type to be the same: each side loads what the other saved, and both refuse a change of
// any attribute that is signed, and only of those.
func checkClass[T any](t *testing.T, m *mappers, class string, value T, want protection) {
	across(t, m, class, class, func(t *testing.T, table string, writer, reader side[T]) {
		saved := value
		require.NoError(t, writer.Save(t.Context(), &saved))
		for _, side := range []side[T]{writer, reader} {
			loaded, err := side.Load(t.Context(), "alice", 1)
			require.NoError(t, err)
			require.Equal(t, saved, loaded)
		}
		item := m.get(t, table, person("alice"))
		want.check(t, item)
		for name := range item {
			if name == crypto.DefaultDescriptionAttribute {
				continue // not signed: tamper_test.go has what becomes of it
			}
			tampered := changed(item, name)
			m.put(t, table, tampered)
			id, created := keyValues(t, tampered)
			for _, side := range []side[T]{writer, reader} {
				_, err := side.Load(t.Context(), id, created)
				if slices.Contains(want.open, name) {
					assert.NoError(t, err, name)
				} else {
					assert.ErrorIs(t, err, crypto.ErrSignature, name)
				}
			}
		}
	})
}

// check wants the stored item to be protected so, and each attribute to be of its own type where it is readable.
func (p protection) check(t *testing.T, item crypto.Item) {
	t.Helper()
	readable, added := append(slices.Clone(p.signed), p.open...), []string{crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute}
	for _, name := range readable {
		require.Contains(t, item, name)
	}
	for _, name := range added {
		_, ok := item[name]
		require.Equal(t, len(p.signed) > 0, ok, name)
	}
	for name, v := range item {
		if !slices.Contains(readable, name) {
			require.IsType(t, &types.AttributeValueMemberB{}, v, name)
		}
	}
}

// changed returns the item with another value of the same type.
func changed(item crypto.Item, name string) crypto.Item {
	item = maps.Clone(item)
	switch v := item[name].(type) {
	case *types.AttributeValueMemberS:
		item[name] = &types.AttributeValueMemberS{Value: v.Value + "x"}
	case *types.AttributeValueMemberN:
		item[name] = &types.AttributeValueMemberN{Value: "4711"}
	case *types.AttributeValueMemberBOOL:
		item[name] = &types.AttributeValueMemberBOOL{Value: !v.Value}
	case *types.AttributeValueMemberB:
		last := len(v.Value) - 1
		item[name] = &types.AttributeValueMemberB{Value: append(slices.Clone(v.Value[:last]), v.Value[last]^1)}
	case *types.AttributeValueMemberSS:
		item[name] = &types.AttributeValueMemberSS{Value: v.Value[1:]}
	case *types.AttributeValueMemberNS:
		item[name] = &types.AttributeValueMemberNS{Value: v.Value[1:]}
	case *types.AttributeValueMemberBS:
		item[name] = &types.AttributeValueMemberBS{Value: v.Value[1:]}
	case *types.AttributeValueMemberL:
		item[name] = &types.AttributeValueMemberL{Value: v.Value[1:]}
	case *types.AttributeValueMemberM:
		item[name] = &types.AttributeValueMemberM{}
	default:
		panic(fmt.Sprintf("attribute %s of type %T cannot be changed", name, v))
	}
	return item
}

func keyValues(t *testing.T, item crypto.Item) (id string, created int64) {
	t.Helper()
	require.NoError(t, attributevalue.Unmarshal(item["id"], &id))
	require.NoError(t, attributevalue.Unmarshal(item["created"], &created))
	return id, created
}
