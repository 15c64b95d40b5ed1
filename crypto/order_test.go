package crypto_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// A form is how one of the published clients signs, written down a second time
// and plainly.
type form struct {
	name         string
	compare      func(a, b string) int
	compareBytes func(a, b []byte) int
	noTable      string
}

var (
	pythonForm = form{"Python", strings.Compare, bytes.Compare, "None"}
	javaForm   = form{"Java", func(a, b string) int {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	}, func(a, b []byte) int {
		signed := func(b []byte) (s []int8) {
			for _, x := range b {
				s = append(s, int8(x))
			}
			return s
		}
		return slices.Compare(signed(a), signed(b))
	}, "null"}
)

// Characters that the two orders put in different places.
const (
	high  = "\U0001F600" // first for Java
	below = "\uFF61"     // first for Python
)

func disputed() crypto.Item {
	return crypto.Item{
		"id":         str("1"),
		high:         str("a"),
		below:        str("b"),
		"strings":    strs(below, high, "x"),
		"binaries":   bins([]byte{1}, []byte{0x80}, []byte{0x7f, 0xff}),
		"map":        mapping(map[string]types.AttributeValue{high: bin(1), below: strs(high+"a", below), "z": null()}),
		"list":       list(bins([]byte{2}, []byte{0xfe})),
		below + "no": str("not signed"),
	}
}

var signAll = crypto.Actions{Default: crypto.SignOnly, Overrides: map[string]crypto.Action{below + "no": crypto.DoNothing}}

func (f form) text(s string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func (f form) value(v types.AttributeValue) string {
	var b strings.Builder
	head := func(tag string, n int) {
		b.WriteString("\x00" + tag + string(binary.BigEndian.AppendUint32(nil, uint32(n))))
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberNULL:
		return "\x00\x00"
	case *types.AttributeValueMemberS:
		return "\x00s" + f.text(v.Value)
	case *types.AttributeValueMemberB:
		return "\x00b" + f.text(string(v.Value))
	case *types.AttributeValueMemberSS:
		head("S", len(v.Value))
		for _, m := range slices.SortedFunc(slices.Values(v.Value), f.compare) {
			b.WriteString(f.text(m))
		}
	case *types.AttributeValueMemberBS:
		head("B", len(v.Value))
		for _, m := range slices.SortedFunc(slices.Values(v.Value), f.compareBytes) {
			b.WriteString(f.text(string(m)))
		}
	case *types.AttributeValueMemberL:
		head("L", len(v.Value))
		for _, e := range v.Value {
			b.WriteString(f.value(e))
		}
	case *types.AttributeValueMemberM:
		head("M", len(v.Value))
		var keys []string
		for key := range v.Value {
			keys = append(keys, key)
		}
		slices.SortFunc(keys, f.compare)
		for _, key := range keys {
			b.WriteString("\x00s" + f.text(key) + f.value(v.Value[key]))
		}
	}
	return b.String()
}

// sign is HmacSHA256 under the key of staticHMAC(1) over the string to sign.
func (f form) sign(item crypto.Item, table string, actions crypto.Actions) []byte {
	if table == "" {
		table = f.noTable
	}
	var message []byte
	add := func(s string) { message = append(message, digest(s)...) }
	add("TABLE>" + table + "<TABLE")
	var names []string
	for name := range item {
		if !strings.HasPrefix(name, "*amzn") && actions.Action(name) != crypto.DoNothing {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, f.compare)
	for _, name := range names {
		add(name)
		if actions.Action(name) == crypto.EncryptAndSign {
			add("ENCRYPTED")
		} else {
			add("PLAINTEXT")
		}
		add(f.value(item[name]))
	}
	mac := hmac.New(sha256.New, bytes.Repeat([]byte{1}, 32))
	mac.Write(message)
	return mac.Sum(nil)
}

func digest(s string) []byte {
	d := sha256.Sum256([]byte(s))
	return d[:]
}

func TestItemsInEitherOrderVerify(t *testing.T) {
	ctx := context.Background()
	javaOrder := javaForm
	javaOrder.noTable = "None"
	pythonOrder := pythonForm
	pythonOrder.noTable = "null"
	for _, table := range []string{"orders", ""} {
		for _, f := range []form{pythonForm, javaForm, javaOrder, pythonOrder} {
			sealed := with(disputed(), crypto.Item{crypto.DefaultSignatureAttribute: bin(f.sign(disputed(), table, signAll)...)})
			for _, options := range [][]crypto.Option{nil, {crypto.WithJavaOrder()}} {
				for _, s := range []setup{inMemoryHMAC(1), staticHMAC(1)} {
					handle := s.table(cmp.EncryptionContext{TableName: table}, signAll, options...)
					plain, err := handle.DecryptItem(ctx, sealed)
					require.NoError(t, err, "table %q, %s, no table is %s", table, f.name, f.noTable)
					require.Equal(t, disputed(), plain)
					_, err = handle.DecryptItem(ctx, with(sealed, crypto.Item{"id": str("2")}))
					requireClass(t, crypto.ErrSignature, err)
				}
			}
		}
	}
}

func TestEachKindOfValueVerifiesInTheOtherOrder(t *testing.T) {
	for name, v := range disputed() {
		item := crypto.Item{"id": str("1"), name: v}
		if name == high {
			item[below] = v
		}
		for _, f := range []form{pythonForm, javaForm} {
			sealed := with(item, crypto.Item{crypto.DefaultSignatureAttribute: bin(f.sign(item, "orders", signAll)...)})
			require.NoError(t, inMemoryHMAC(1).table(orders, signAll).VerifyItem(context.Background(), sealed), "%s: %s", f.name, name)
		}
	}
}

func TestTheOptionDecidesInWhichOrderItemsAreWritten(t *testing.T) {
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "map": crypto.SignOnly, "binaries": crypto.SignOnly, high: crypto.SignOnly, below + "no": crypto.DoNothing}}
	for _, table := range []string{"orders", ""} {
		for _, f := range []form{pythonForm, javaForm} {
			var options []crypto.Option
			if f.name == "Java" {
				options = append(options, crypto.WithJavaOrder())
			}
			for _, actions := range []crypto.Actions{signAll, actions} {
				sealed, err := inMemoryHMAC(1).table(cmp.EncryptionContext{TableName: table}, actions, options...).EncryptItem(context.Background(), disputed())
				require.NoError(t, err)
				require.Equal(t, f.sign(sealed, table, actions), stored(sealed, crypto.DefaultSignatureAttribute), "table %q, %s", table, f.name)
			}
		}
	}
}

func TestEncryptedMapsAndSetsDecryptInEitherOrder(t *testing.T) {
	ctx := context.Background()
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	for _, f := range []form{pythonForm, javaForm} {
		sealed := crypto.Item{}
		for name, v := range disputed() {
			if sealed[name] = v; name != "id" {
				sealed[name] = bin(must(aesKey(1, 16).Encrypt(ctx, []byte(f.value(v)), cmp.Transformation))...)
			}
		}
		sealed[crypto.DefaultSignatureAttribute] = bin(f.sign(sealed, "orders", actions)...)
		sealed[crypto.DefaultDescriptionAttribute] = bin(descriptionOf(modeKey, "/CBC/PKCS5Padding")...)
		plain, err := inMemoryHMAC(1).table(orders, actions).DecryptItem(ctx, sealed)
		require.NoError(t, err, f.name)
		require.Len(t, plain, len(disputed()))
		for name, v := range disputed() {
			require.True(t, equal(v, plain[name]), "%s: %s", f.name, name)
		}
	}
}

// Whoever has the signing key can sign what no client writes.
func TestSignedItemsThatNoClientWritesAreRefused(t *testing.T) {
	for what, item := range map[string]crypto.Item{
		"a name that is not UTF-8":               {"id": str("1"), "\xff": bin(make([]byte, 32)...)},
		"a string where a value is encrypted":    {"id": str("1"), "sealed": str("plaintext")},
		"a typed nil where a value is encrypted": {"id": str("1"), "sealed": (*types.AttributeValueMemberB)(nil)},
	} {
		t.Run(what, func(t *testing.T) {
			actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
			if item["sealed"] != (*types.AttributeValueMemberB)(nil) {
				item[crypto.DefaultSignatureAttribute] = bin(pythonForm.sign(item, orders.TableName, actions)...)
			} else {
				item[crypto.DefaultSignatureAttribute] = bin(make([]byte, 32)...)
			}
			item[crypto.DefaultDescriptionAttribute] = bin(descriptionOf(modeKey, "/CBC/PKCS5Padding")...)
			plain, err := inMemoryHMAC(1).table(orders, actions).DecryptItem(context.Background(), item)
			requireClass(t, crypto.ErrSignature, err)
			require.Nil(t, plain)
		})
	}
}

func TestSetsAndMapsVerifyInWhateverOrderDynamoDBReturnsThem(t *testing.T) {
	table := inMemoryHMAC(1).table(orders, signAll)
	sealed, err := table.EncryptItem(context.Background(), disputed())
	require.NoError(t, err)
	sealed["strings"] = strs(high, "x", below)
	sealed["binaries"] = bins([]byte{0x80}, []byte{0x7f, 0xff}, []byte{1})
	_, err = table.DecryptItem(context.Background(), sealed)
	require.NoError(t, err)
}
