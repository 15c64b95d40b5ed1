package tlv

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

var emptySets = []struct {
	name, hex string
	want      types.AttributeValue
}{
	{"empty string set", "0053 00000000", strSet([]string{}...)},
	{"empty number set", "004e 00000000", numSet([]string{}...)},
	{"empty binary set", "0042 00000000", binSet([][]byte{}...)},
	{"empty sets in a list", "004c 00000003 0053 00000000 004e 00000000 0042 00000000",
		list(strSet([]string{}...), numSet([]string{}...), binSet([][]byte{}...))},
	{"empty set in a map, out of order", "004d 00000002 0073 00000001 62 0053 00000000 0073 00000001 61 0000",
		dict(map[string]types.AttributeValue{"a": null(), "b": strSet([]string{}...)})},
	{"empty set in a map in a list", "004c 00000002 004d 00000001 0073 00000000 004e 00000000 003f 01",
		list(dict(map[string]types.AttributeValue{"": numSet([]string{}...)}), boolean(true))},
}

func TestEmptySetsAreDecodedAndNotEncoded(t *testing.T) {
	for _, c := range emptySets {
		t.Run(c.name, func(t *testing.T) {
			data := decodeHex(t, c.hex)
			got, err := Decode(data, string(data))
			require.NoError(t, err)
			require.Equal(t, c.want, got, "empty, not nil")
			require.True(t, hasEmptySet(got))
			checkDecode(t, data)
		})
	}
}

// hasEmptySet reports whether there is an empty set at any level of a value.
func hasEmptySet(v types.AttributeValue) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberSS:
		return len(v.Value) == 0
	case *types.AttributeValueMemberNS:
		return len(v.Value) == 0
	case *types.AttributeValueMemberBS:
		return len(v.Value) == 0
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			if hasEmptySet(e) {
				return true
			}
		}
	case *types.AttributeValueMemberM:
		for _, e := range v.Value {
			if hasEmptySet(e) {
				return true
			}
		}
	}
	return false
}
