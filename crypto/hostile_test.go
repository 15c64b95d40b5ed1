package crypto_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

const itemLimit = 400 << 10

// sizeOf is the size of a value about as DynamoDB counts it: what an attacker
// pays for. No member or element is free.
func sizeOf(v types.AttributeValue) int {
	total := 0
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return len(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberSS:
		for _, m := range v.Value {
			total += max(len(m), 1)
		}
	case *types.AttributeValueMemberNS:
		for _, m := range v.Value {
			total += max(len(m), 1)
		}
	case *types.AttributeValueMemberBS:
		for _, m := range v.Value {
			total += max(len(m), 1)
		}
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			total += 1 + sizeOf(e)
		}
	case *types.AttributeValueMemberM:
		for key, e := range v.Value {
			total += 1 + len(key) + sizeOf(e)
		}
	default:
		return 1
	}
	return total
}

func itemSize(item crypto.Item) int {
	total := 0
	for name, v := range item {
		total += len(name) + sizeOf(v)
	}
	return total
}

// allocation returns how many bytes f allocates. It tries again if they are more
// than limit: they may be what fills pools.
func allocation(limit int, f func()) int {
	least := math.MaxInt
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if least = min(least, int(after.TotalAlloc-before.TotalAlloc)); least <= limit {
			break
		}
	}
	return least
}

// repeat makes as many texts as fill an item, each different.
func repeat(format string) []string {
	var all []string
	for size, i := 0, 999_999; size < itemLimit-64; i-- {
		s := fmt.Sprintf(format, i)
		all = append(all, s)
		size += len(s)
	}
	return all
}

// short makes different texts of three bytes, in descending order.
func short() []string {
	var all []string
	for i := (itemLimit - 64) / 3; i > 0; i-- {
		all = append(all, string([]byte{byte('!' + i>>11), byte('!' + i>>5&63), byte('!' + i&31)}))
	}
	return all
}

func asBinaries(texts []string) types.AttributeValue {
	all := make([][]byte, len(texts))
	for i, s := range texts {
		all[i] = []byte(s)
	}
	return bins(all...)
}

// shortest is a set of all binaries of two bytes, in descending order.
func shortest() types.AttributeValue {
	var all [][]byte
	for i := 1<<16 - 1; i >= 0; i-- {
		all = append(all, []byte{byte(i >> 8), byte(i)})
	}
	return bins(all...)
}

func asElements(n int, v types.AttributeValue) types.AttributeValue {
	all := make([]types.AttributeValue, n)
	for i := range all {
		all[i] = v
	}
	return list(all...)
}

func asKeys(texts []string, v types.AttributeValue) map[string]types.AttributeValue {
	all := make(map[string]types.AttributeValue, len(texts))
	for _, s := range texts {
		all[s] = v
	}
	return all
}

func deep(depth int, wrap func(types.AttributeValue) types.AttributeValue) types.AttributeValue {
	v := null()
	for range depth {
		v = wrap(v)
	}
	return v
}

func inList(v types.AttributeValue) types.AttributeValue { return list(v) }
func inMap(v types.AttributeValue) types.AttributeValue {
	return mapping(map[string]types.AttributeValue{"": v})
}

// hostileValues are values of up to 400 KiB.
func hostileValues() map[string]types.AttributeValue {
	full := itemLimit - 64
	values := map[string]types.AttributeValue{
		"long string":                    str(strings.Repeat("x", full)),
		"string with a fault at its end": str(strings.Repeat("x", full) + "\xff"),
		"long binary":                    bin(make([]byte, full)...),
		"number of zeros":                num(strings.Repeat("0", full)),
		"number of nines":                num(strings.Repeat("9", full)),
		"number with a long fraction":    num("0." + strings.Repeat("0", full) + "1"),
		"number with a long exponent":    num("1E" + strings.Repeat("9", full)),
		"number with zeros, in range":    num(strings.Repeat("0", full) + "1"),
		"exponent 999999999":             num("1E999999999"),
		"exponent -999999999":            num("1E-999999999"),
		"exponent beyond 64 bits":        num("1E18446744073709551617"),
		"list of large numbers":          asElements(full/6, num("1E125")),
		"list of small numbers":          asElements(full/7, num("1E-130")),
		"list of nulls":                  asElements(full/2, null()),
		"list of nils":                   asElements(full/2, nil),
		"list of empty lists":            asElements(full, list()),
		"list of empty maps":             asElements(full, mapping(nil)),
		"set of large numbers":           nums(repeat("%dE119")...),
		"set of equal numbers":           nums(strings.Fields(strings.Repeat("1E125 ", full/6))...),
		"set of long numbers":            nums(repeat("%0160d")...),
		"set of strings":                 strs(repeat("%06d")...),
		"set of short strings":           strs(short()...),
		"set of short numbers":           nums(repeat("%d")...),
		"set of short binaries":          asBinaries(short()),
		"set of binaries":                asBinaries(repeat("%06d")),
		"set of the shortest binaries":   shortest(),
		"set of empty strings":           strs(make([]string, full)...),
		"map of short keys":              mapping(asKeys(short()[:full/5], null())),
		"map of keys":                    mapping(asKeys(repeat("%06d"), boolean(true))),
		"list of sets":                   asElements(full/3, strs("b", "a")),
		"list of maps":                   asElements(full/6, mapping(asKeys([]string{"a", "b"}, null()))),
	}
	for _, depth := range []int{41, 1000, 100_000} {
		values[fmt.Sprintf("lists %d deep", depth)] = deep(depth, inList)
		values[fmt.Sprintf("maps %d deep", depth)] = deep(depth, inMap)
	}
	return values
}

// hostileItems are 400 KiB each or less, with a signature that does not match.
func hostileItems() map[string]crypto.Item {
	items := map[string]crypto.Item{
		"many attributes":            asKeys(short()[:itemLimit/4-100], null()),
		"many binary attributes":     asKeys(short()[:itemLimit/4-100], bin(1)),
		"attributes of Java's order": asKeys(append(short()[:itemLimit/4-100], high, below), null()),
		"a long name":                {strings.Repeat("n", itemLimit-64): null()},
		"a long name, not UTF-8":     {strings.Repeat("\xff", itemLimit-64): null()},
		"a long signature":           {crypto.DefaultSignatureAttribute: bin(make([]byte, itemLimit-64)...)},
		"a long description":         {crypto.DefaultDescriptionAttribute: bin(make([]byte, itemLimit-64)...)},
	}
	for name, v := range hostileValues() {
		items[name] = crypto.Item{"v": v}
	}
	items["a list that is to be decrypted"] = crypto.Item{"sealed": asElements(itemLimit/2, null())}
	var texts []string
	for _, s := range short()[:64<<10/11-100] {
		texts = append(texts, s, "")
	}
	items["a description of many keys"] = crypto.Item{crypto.DefaultDescriptionAttribute: bin(descriptionOf(texts...)...)}
	items["a description of a key twice"] = crypto.Item{crypto.DefaultDescriptionAttribute: bin(descriptionOf(append(texts, texts[:2]...)...)...)}
	return items
}

func TestHostileItemsAreRefusedWithinBounds(t *testing.T) {
	actions := crypto.Actions{Default: crypto.SignOnly, Overrides: map[string]crypto.Action{"sealed": crypto.EncryptAndSign}}
	// Without a table name there are the most forms to try.
	table := inMemoryHMAC(1).table(cmp.EncryptionContext{}, actions)
	for what, item := range hostileItems() {
		t.Run(what, func(t *testing.T) {
			base := crypto.Item{
				crypto.DefaultSignatureAttribute:   bin(make([]byte, 32)...),
				crypto.DefaultDescriptionAttribute: bin(descriptionOf(modeKey, "/CBC/PKCS5Padding")...),
			}
			maps.Copy(base, item)
			size := itemSize(base)
			limit := 8*size + 64<<10
			var err error
			bytes := allocation(limit, func() { _, err = table.DecryptItem(context.Background(), base) })
			require.Error(t, err)
			if class := classOf(err); class != crypto.ErrDescription {
				requireClass(t, crypto.ErrSignature, err)
			}
			require.Less(t, len(err.Error()), 1000)
			require.LessOrEqual(t, bytes, limit, "%d bytes were allocated for an item of %d: %.1f times", bytes, size, float64(bytes)/float64(size))
		})
	}
}

// unstorable are values that have no serialization.
func unstorable() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"nil": nil, "unknown": &types.UnknownUnionMember{Tag: "Z", Value: []byte{1}}, "nil unknown": (*types.UnknownUnionMember)(nil),
		"nil S": (*types.AttributeValueMemberS)(nil), "nil N": (*types.AttributeValueMemberN)(nil), "nil B": (*types.AttributeValueMemberB)(nil),
		"nil SS": (*types.AttributeValueMemberSS)(nil), "nil NS": (*types.AttributeValueMemberNS)(nil), "nil BS": (*types.AttributeValueMemberBS)(nil),
		"nil L": (*types.AttributeValueMemberL)(nil), "nil M": (*types.AttributeValueMemberM)(nil),
		"nil BOOL": (*types.AttributeValueMemberBOOL)(nil), "nil NULL": (*types.AttributeValueMemberNULL)(nil),
		"nil in a list": list(nil), "typed nil in a map": inMap((*types.AttributeValueMemberN)(nil)), "unknown in a list": list(&types.UnknownUnionMember{}),
		"false NULL": &types.AttributeValueMemberNULL{}, "empty SS": strs(), "empty NS": nums(), "empty BS": bins(),
		"equal strings": strs("a", "b", "a"), "equal numbers": nums("1", "1.0"), "equal binaries": bins(nil, []byte{}), "not UTF-8": str("\xff"), "not UTF-8 in a set": strs("\xff"),
		"key not UTF-8": mapping(map[string]types.AttributeValue{"\xff": null()}), "empty number": num(""), "NaN": num("NaN"), "Infinity": num("Infinity"), "hex": num("0x1"),
		"underscore": num("1_0"), "space": num(" 1"), "other digits": num("\u0661"), "39 digits": num(strings.Repeat("9", 39)), "1E126": num("1E126"), "1E-131": num("1E-131"),
		"1E999999999": num("1E999999999"), "not a number in a set": nums("1", "x"), "41 lists": deep(41, inList), "100000 maps": deep(100_000, inMap),
	}
}

func TestValuesWithoutSerializationAreRefusedBothWays(t *testing.T) {
	ctx := context.Background()
	for _, s := range []setup{inMemoryHMAC(1), wrappedAES(1)} {
		for _, action := range []crypto.Action{crypto.EncryptAndSign, crypto.SignOnly} {
			table := s.table(orders, crypto.Actions{Default: action, Overrides: map[string]crypto.Action{"id": crypto.SignOnly}})
			sealed, err := table.EncryptItem(ctx, crypto.Item{"id": str("1"), "v": str("x")})
			require.NoError(t, err)
			for what, v := range unstorable() {
				t.Run(fmt.Sprintf("%s, %s, %s", s.name, action, what), func(t *testing.T) {
					result, err := table.EncryptItem(ctx, crypto.Item{"id": str("1"), "v": v})
					requireClass(t, crypto.ErrConfig, err)
					require.Nil(t, result)
					var itemError *crypto.ItemError
					require.ErrorAs(t, err, &itemError)
					require.Equal(t, "v", itemError.Attribute)
					require.Equal(t, "encrypt", itemError.Op)

					result, err = table.DecryptItem(ctx, with(sealed, crypto.Item{"v": v}))
					requireClass(t, crypto.ErrSignature, err)
					require.Nil(t, result)
					requireClass(t, crypto.ErrSignature, table.VerifyItem(ctx, with(sealed, crypto.Item{"v": v})))
				})
			}
			for _, name := range []string{"\xff", "a\xc3", "\xed\xa0\x80"} {
				_, err := table.EncryptItem(ctx, crypto.Item{"id": str("1"), name: str("x")})
				requireClass(t, crypto.ErrConfig, err)
				_, err = table.DecryptItem(ctx, with(sealed, crypto.Item{name: str("x")}))
				requireClass(t, crypto.ErrSignature, err)
			}
		}
	}
}

func TestNoItemIsNoProblem(t *testing.T) {
	ctx := context.Background()
	for _, s := range setups(1) {
		table := s.table(orders, crypto.Actions{Default: crypto.SignOnly})
		for _, item := range []crypto.Item{nil, {}} {
			_, err := table.DecryptItem(ctx, item)
			requireClass(t, crypto.ErrNotEncrypted, err)
			requireClass(t, crypto.ErrNotEncrypted, table.VerifyItem(ctx, item))
			sealed, err := table.EncryptItem(ctx, item)
			require.NoError(t, err)
			require.Len(t, sealed, 2)
			plain, err := table.DecryptItem(ctx, sealed)
			require.NoError(t, err)
			require.Empty(t, plain)
		}
	}
}

func TestErrorsStayShortWhateverTheNames(t *testing.T) {
	long := strings.Repeat("n\x00", 100_000)
	table := inMemoryHMAC(1).table(cmp.EncryptionContext{TableName: long}, crypto.Actions{Default: crypto.SignOnly, Overrides: map[string]crypto.Action{long + "2": crypto.SignOnly}})
	_, err := table.EncryptItem(context.Background(), crypto.Item{long: nil})
	requireClass(t, crypto.ErrConfig, err)
	require.Less(t, len(err.Error()), 2000)
	sealed, err := table.EncryptItem(context.Background(), crypto.Item{"id": str("1")})
	require.NoError(t, err)
	_, err = table.DecryptItem(context.Background(), with(sealed, crypto.Item{long: null()}))
	requireClass(t, crypto.ErrSignature, err)
	require.Less(t, len(err.Error()), 2000)
}
