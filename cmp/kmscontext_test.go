package cmp_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

const (
	contextContentKey = "*amzn-ddb-env-alg*"
	contextSigningKey = "*amzn-ddb-sig-alg*"
	contextTable      = "*aws-kms-table*"
)

func TestKMSEncryptionContext(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("0", n) }
	nines := strings.Repeat("9", 38)
	for _, c := range []struct {
		name    string
		context cmp.EncryptionContext
		item    item
		want    attributes // besides the algorithms
	}{
		{"table, partition and sort key", orders, alice(), attributes{contextTable: "orders", "customer": "alice", "number": "7"}},
		{"no sort key", cmp.EncryptionContext{TableName: "t", PartitionKey: "customer"}, alice(), attributes{contextTable: "t", "customer": "alice"}},
		{"no table name", cmp.EncryptionContext{PartitionKey: "customer"}, alice(), attributes{"customer": "alice"}},
		{"only a sort key", cmp.EncryptionContext{SortKey: "number"}, alice(), attributes{"number": "7"}},
		{"no keys", cmp.EncryptionContext{TableName: "t"}, alice(), attributes{contextTable: "t"}},
		{"nothing", cmp.EncryptionContext{}, nil, nil},
		{"one attribute for both keys", cmp.EncryptionContext{PartitionKey: "customer", SortKey: "customer"}, alice(), attributes{"customer": "alice"}},
		{"an empty string", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": text("")}, attributes{"k": ""}},
		{"a string of any characters", cmp.EncryptionContext{PartitionKey: "kü\n\""}, item{"kü\n\"": text("\x00\u2028\U0001F600\\\"</a>&'")}, attributes{"kü\n\"": "\x00\u2028\U0001F600\\\"</a>&'"}},
		{"a string that looks like a number", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": text("1.50")}, attributes{"k": "1.50"}},
		{"no bytes", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": binary()}, attributes{"k": ""}},
		{"a byte", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": binary(0xfb)}, attributes{"k": "+w=="}},
		{"bytes", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": binary(0xff, 0xef, 0xff, 0)}, attributes{"k": "/+//AA=="}},
		{"a number", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("-12.5")}, attributes{"k": "-12.5"}},
		{"a number with zeros at its end", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("1.50")}, attributes{"k": "1.5"}},
		{"a number with zeros at both ends", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("0012.00")}, attributes{"k": "12"}},
		{"a number with an exponent", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("1E2")}, attributes{"k": "100"}},
		{"a number with a negative exponent", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("15e-3")}, attributes{"k": "0.015"}},
		{"a number with a sign", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("+7")}, attributes{"k": "7"}},
		{"negative zero", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("-0")}, attributes{"k": "0"}},
		{"zero with places", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("-0.00E7")}, attributes{"k": "0"}},
		{"the largest number", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("9." + nines[1:] + "E125")}, attributes{"k": nines + zeros(88)}},
		{"the smallest number", cmp.EncryptionContext{PartitionKey: "k"}, item{"k": number("1E-130")}, attributes{"k": "0." + zeros(129) + "1"}},
		{"other attributes of any type", cmp.EncryptionContext{PartitionKey: "customer"}, item{"customer": text("a"), "l": &types.AttributeValueMemberL{}, "nil": nil}, attributes{"customer": "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			double := memkms.New()
			p := newKMS(t, double.Client(ireland), double.CreateKey(ireland))
			want := attributes{contextContentKey: "AES/256", contextSigningKey: "HmacSHA256/256"}
			maps.Copy(want, c.want)
			description := seal(t, p, cmp.EncryptionRequest{Context: c.context, Item: c.item})
			assert.Equal(t, want, lastCall(t, double).EncryptionContext)
			require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: c.context, Item: c.item, Description: description}))
			assert.Equal(t, want, lastCall(t, double).EncryptionContext)
		})
	}
}

func TestItemsOpenOnlyWhereTheyWereMade(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	p := newKMS(t, double.Client(ireland), key)
	description := seal(t, p, toEncrypt())
	in := func(change func(*cmp.EncryptionContext)) cmp.EncryptionContext {
		context := orders
		change(&context)
		return context
	}
	with := func(name string, v types.AttributeValue) item {
		changed := alice()
		changed[name] = v
		return changed
	}
	without := alice()
	delete(without, "number")
	for _, c := range []struct {
		name    string
		context cmp.EncryptionContext
		item    item
	}{
		{"another table name", in(func(c *cmp.EncryptionContext) { c.TableName = "Orders" }), alice()},
		{"no table name", in(func(c *cmp.EncryptionContext) { c.TableName = "" }), alice()},
		{"no sort key", in(func(c *cmp.EncryptionContext) { c.SortKey = "" }), alice()},
		{"no partition key", in(func(c *cmp.EncryptionContext) { c.PartitionKey = "" }), alice()},
		{"another sort key", in(func(c *cmp.EncryptionContext) { c.SortKey = "note" }), alice()},
		{"one more key", in(func(c *cmp.EncryptionContext) { c.PartitionKey, c.SortKey = "customer", "note" }), alice()},
		{"another value", orders, with("customer", text("Alice"))},
		{"a longer value", orders, with("customer", text("alice\x00"))},
		{"another number", orders, with("number", number("70"))},
		{"the opposite number", orders, with("number", number("-7"))},
		{"the values exchanged", orders, item{"customer": text("7"), "number": text("alice")}},
		{"an absent sort key", orders, without},
		{"no item", orders, nil},
		{"bytes for a string", orders, with("customer", binary([]byte("alice")...))},
	} {
		t.Run(c.name+" is refused by KMS", func(t *testing.T) {
			double.ResetCalls()
			err := open(t, p, cmp.DecryptionRequest{Context: c.context, Item: c.item, Description: description})
			requireKMSError(t, cmp.ErrSignature, "Decrypt", key, err)
			assert.Equal(t, "InvalidCiphertextException", lastCall(t, double).ErrorCode)
			assert.ErrorContains(t, err, "docs/troubleshooting.md")
		})
	}
	t.Run("the order of the keys does not matter", func(t *testing.T) {
		exchanged := in(func(c *cmp.EncryptionContext) { c.PartitionKey, c.SortKey = c.SortKey, c.PartitionKey })
		require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: exchanged, Item: alice(), Description: description}))
	})
	t.Run("a number in another form is the same number", func(t *testing.T) {
		for _, form := range []string{"7.0", "+7", "70e-1", "007"} {
			double.ResetCalls()
			require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: orders, Item: with("number", number(form)), Description: description}), form)
			assert.Equal(t, 1, double.Count("Decrypt"), form)
		}
	})
	t.Run("a data key of another item is refused by KMS", func(t *testing.T) {
		bob := seal(t, p, cmp.EncryptionRequest{Context: orders, Item: with("customer", text("bob"))})
		requireKMSError(t, cmp.ErrSignature, "Decrypt", key, open(t, p, toDecrypt(bob)))
	})
	t.Run("algorithms that the item was not made with are refused by KMS", func(t *testing.T) {
		for name, value := range map[string]string{contentKeyAlgorithm: "AES/128", signingKeyAlgorithm: "HmacSHA512/512"} {
			p := newKMS(t, double.Client(ireland), key, cmp.WithDescription(cmp.MaterialDescription{signingKeyAlgorithm: "HmacSHA512/512"}))
			changed := maps.Clone(description)
			changed[name] = value
			requireKMSError(t, cmp.ErrSignature, "Decrypt", key, open(t, p, toDecrypt(changed)))
		}
	})
}

// Items return from DynamoDB with numbers in their normal form, but other
// readers hold the item that was written.
func TestNumbersInKeysOpenInEveryForm(t *testing.T) {
	context := cmp.EncryptionContext{TableName: "t", PartitionKey: "k", SortKey: "s"}
	double := memkms.New()
	client := double.Client(ireland)
	key := double.CreateKey(ireland)
	p := newKMS(t, client, key)
	for written, returned := range map[string]string{"1.50": "1.5", "1E2": "100", "-0": "0", "+007": "7", "1e-3": "0.001"} {
		t.Run(fmt.Sprintf("%s, which DynamoDB returns as %s", written, returned), func(t *testing.T) {
			description := seal(t, p, cmp.EncryptionRequest{Context: context, Item: item{"k": number(written), "s": text("1.50")}})
			for _, form := range []string{written, returned} {
				double.ResetCalls()
				require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: context, Item: item{"k": number(form), "s": text("1.50")}, Description: description}))
				assert.Equal(t, returned, lastCall(t, double).EncryptionContext["k"])
			}
		})
		t.Run(fmt.Sprintf("%s, which a published client took as it was", written), func(t *testing.T) {
			// Their context is one that this provider makes for a string.
			description := seal(t, p, cmp.EncryptionRequest{Context: context, Item: item{"k": text(written), "s": text("x")}})
			request := cmp.DecryptionRequest{Context: context, Item: item{"k": number(written), "s": text("x")}, Description: description}
			double.ResetCalls()
			require.NoError(t, open(t, p, request))
			require.Equal(t, 2, double.Count("Decrypt"))
			assert.Equal(t, written, double.Calls()[1].EncryptionContext["k"])

			t.Run("is refused after two calls if it was changed", func(t *testing.T) {
				request.Item["s"] = text("y")
				double.ResetCalls()
				requireKMSError(t, cmp.ErrSignature, "Decrypt", key, open(t, p, request))
				assert.Equal(t, 2, double.Count("Decrypt"))
			})
			t.Run("is not asked for twice if KMS fails otherwise", func(t *testing.T) {
				double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: "DisabledException"} })
				defer double.Inject(nil)
				double.ResetCalls()
				requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", key, open(t, p, request))
				assert.Equal(t, 1, double.Count("Decrypt"))
			})
		})
	}
}

// notKeys are attribute values that DynamoDB does not have in keys.
func notKeys() map[string]types.AttributeValue {
	const canary = "canary-of-a-key"
	return map[string]types.AttributeValue{
		"a bool": &types.AttributeValueMemberBOOL{Value: true}, "a null": &types.AttributeValueMemberNULL{Value: true},
		"a string set": &types.AttributeValueMemberSS{Value: []string{canary}}, "a number set": &types.AttributeValueMemberNS{Value: []string{canary}},
		"a binary set": &types.AttributeValueMemberBS{Value: [][]byte{[]byte(canary)}},
		"a list":       &types.AttributeValueMemberL{Value: []types.AttributeValue{text(canary)}},
		"a map":        &types.AttributeValueMemberM{Value: item{canary: text(canary)}},
		"an unknown":   &types.UnknownUnionMember{Tag: canary, Value: []byte(canary)},
		"a nil S":      (*types.AttributeValueMemberS)(nil), "a nil N": (*types.AttributeValueMemberN)(nil), "a nil B": (*types.AttributeValueMemberB)(nil),
		"a nil M": (*types.AttributeValueMemberM)(nil), "no number": number(canary), "an empty number": number(""), "two numbers": number("1 2"),
		"a number of 39 digits": number(strings.Repeat("1234567", 6)), "a number that is too large": number("1E126"), "a bomb": number("1E999999999"),
		"NaN": number("NaN"), "a number in other digits": number("١٢"),
	}
}

func TestKeysThatDynamoDBDoesNotHave(t *testing.T) {
	double := memkms.New()
	p := newKMS(t, double.Client(ireland), double.CreateKey(ireland))
	description := seal(t, p, toEncrypt())
	double.ResetCalls()
	for name, v := range notKeys() {
		for _, attribute := range []string{"customer", "number"} {
			t.Run(name+" as "+attribute+" is refused without a call", func(t *testing.T) {
				changed := alice()
				changed[attribute] = v
				_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: orders, Item: changed})
				requireClass(t, cmp.ErrConfig, err)
				assert.ErrorContains(t, err, attribute)
				assert.NotContains(t, err.Error(), "canary")
				err = open(t, p, cmp.DecryptionRequest{Context: orders, Item: changed, Description: description})
				requireClass(t, cmp.ErrSignature, err)
				assert.ErrorContains(t, err, attribute)
				assert.NotContains(t, err.Error(), "canary")
				assert.Zero(t, double.Count(""))
			})
		}
	}
	t.Run("an absent key attribute is refused on encryption without a call", func(t *testing.T) {
		for _, absent := range []string{"customer", "number"} {
			changed := alice()
			delete(changed, absent)
			for _, i := range []item{changed, nil, {"customer": nil, "number": nil}} {
				_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: orders, Item: i})
				requireClass(t, cmp.ErrConfig, err)
			}
		}
		assert.Zero(t, double.Count(""))
	})
	t.Run("what Python encrypted without a key attribute opens without it", func(t *testing.T) {
		short := orders
		short.SortKey = ""
		description := seal(t, p, cmp.EncryptionRequest{Context: short, Item: alice()})
		require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: orders, Item: item{"customer": text("alice")}, Description: description}))
		require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: orders, Item: item{"customer": text("alice"), "number": nil}, Description: description}))
	})
}

// Two meanings for one name would let an item of one table pass for another's.
func TestKeysNamedLikeTheContextsOwn(t *testing.T) {
	double := memkms.New()
	p := newKMS(t, double.Client(ireland), double.CreateKey(ireland))
	description := seal(t, p, toEncrypt())
	double.ResetCalls()
	for _, name := range []string{contextContentKey, contextSigningKey, contextTable} {
		for _, table := range []string{"", "orders"} {
			for _, context := range []cmp.EncryptionContext{{TableName: table, PartitionKey: name}, {TableName: table, PartitionKey: "customer", SortKey: name}} {
				t.Run(fmt.Sprintf("%s is refused in %+v", name, context), func(t *testing.T) {
					i := alice()
					i[name] = text("orders")
					_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: context, Item: i})
					requireClass(t, cmp.ErrConfig, err)
					assert.ErrorContains(t, err, name)
					for _, i := range []item{i, alice()} {
						err = open(t, p, cmp.DecryptionRequest{Context: context, Item: i, Description: description})
						require.Error(t, err)
						require.NotNil(t, cmp.FailureClass(err))
					}
					assert.Zero(t, double.Count(""))
				})
			}
		}
	}
	t.Run("other names in asterisks are as good as any", func(t *testing.T) {
		context := cmp.EncryptionContext{TableName: "t", PartitionKey: "*aws-kms-ec-attr*"}
		i := item{"*aws-kms-ec-attr*": text("x")}
		require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: context, Item: i, Description: seal(t, p, cmp.EncryptionRequest{Context: context, Item: i})}))
	})
}
