package ddbjson

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	item = map[string]types.AttributeValue
	avS  = types.AttributeValueMemberS
	avN  = types.AttributeValueMemberN
	avB  = types.AttributeValueMemberB
	avL  = types.AttributeValueMemberL
	avM  = types.AttributeValueMemberM
	avSS = types.AttributeValueMemberSS
	avNS = types.AttributeValueMemberNS
	avBS = types.AttributeValueMemberBS

	avBool = types.AttributeValueMemberBOOL
	avNull = types.AttributeValueMemberNULL
)

// goodItems are texts in the form that Marshal writes.
var goodItems = []struct {
	name string
	text string
	item item
}{
	{"an empty item", `{}`, item{}},
	{"a string", `{"a":{"S":"x"}}`, item{"a": &avS{Value: "x"}}},
	{"an empty string", `{"a":{"S":""}}`, item{"a": &avS{Value: ""}}},
	{"a string beyond ASCII", `{"ä":{"S":"日本 😀"}}`, item{"ä": &avS{Value: "日本 😀"}}},
	{"only what must be escaped is", `{"a\"":{"S":"<&>/` + "\u2028" + `\\\n\u0001"}}`, item{`a"`: &avS{Value: "<&>/\u2028\\\n\x01"}}},
	{"a number keeps its text", `{"a":{"N":"-01.50E+03"}}`, item{"a": &avN{Value: "-01.50E+03"}}},
	{"a number of any text", `{"a":{"N":"nine"}}`, item{"a": &avN{Value: "nine"}}},
	{"binary", `{"a":{"B":"AAH+/w=="}}`, item{"a": &avB{Value: []byte{0, 1, 254, 255}}}},
	{"empty binary", `{"a":{"B":""}}`, item{"a": &avB{Value: []byte{}}}},
	{"a string set in its order, with a duplicate", `{"a":{"SS":["z","a","z"]}}`, item{"a": &avSS{Value: []string{"z", "a", "z"}}}},
	{"a number set", `{"a":{"NS":["1","1.0"]}}`, item{"a": &avNS{Value: []string{"1", "1.0"}}}},
	{"a binary set", `{"a":{"BS":["AQ==",""]}}`, item{"a": &avBS{Value: [][]byte{{1}, {}}}}},
	{"an empty string set", `{"a":{"SS":[]}}`, item{"a": &avSS{Value: []string{}}}},
	{"an empty number set", `{"a":{"NS":[]}}`, item{"a": &avNS{Value: []string{}}}},
	{"an empty binary set", `{"a":{"BS":[]}}`, item{"a": &avBS{Value: [][]byte{}}}},
	{"true", `{"a":{"BOOL":true}}`, item{"a": &avBool{Value: true}}},
	{"false", `{"a":{"BOOL":false}}`, item{"a": &avBool{Value: false}}},
	{"null", `{"a":{"NULL":true}}`, item{"a": &avNull{Value: true}}},
	{"an empty list", `{"a":{"L":[]}}`, item{"a": &avL{Value: []types.AttributeValue{}}}},
	{"a list", `{"a":{"L":[{"S":"x"},{"NULL":true}]}}`, item{"a": &avL{Value: []types.AttributeValue{&avS{Value: "x"}, &avNull{Value: true}}}}},
	{"an empty map", `{"a":{"M":{}}}`, item{"a": &avM{Value: item{}}}},
	{"a map with names that are types", `{"a":{"M":{"M":{"M":{}},"S":{"S":"S"}}}}`, item{"a": &avM{Value: item{"M": &avM{Value: item{}}, "S": &avS{Value: "S"}}}}},
	{"names sorted by bytes", `{"":{"S":""},"A":{"S":""},"a":{"S":""},"aa":{"S":""},"é":{"S":""},"｡":{"S":""},"𐐷":{"S":""}}`,
		item{"": &avS{}, "A": &avS{}, "a": &avS{}, "aa": &avS{}, "é": &avS{}, "｡": &avS{}, "𐐷": &avS{}}},
}

func TestGoodItems(t *testing.T) {
	for _, tt := range goodItems {
		t.Run(tt.name+" is read", func(t *testing.T) {
			got, err := Unmarshal([]byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.item, got)
		})
		t.Run(tt.name+" is written", func(t *testing.T) {
			got, err := Marshal(tt.item)
			require.NoError(t, err)
			assert.Equal(t, tt.text, string(got))
		})
	}
}

func TestUnmarshalAcceptsAnyJSONSpelling(t *testing.T) {
	tests := []struct {
		name string
		text string
		want item
	}{
		{"white space", " \t\r\n{ \"a\" :\n{ \"L\" : [ { \"S\" : \" x \" } , { \"N\":\"1\" } ] } } \r\n", item{"a": &avL{Value: []types.AttributeValue{&avS{Value: " x "}, &avN{Value: "1"}}}}},
		{"escapes in names, types and strings", `{"\u0061":{"\u0053":"\u00e9\ud83d\ude00\/\b"}}`, item{"a": &avS{Value: "é😀/\b"}}},
		{"escapes in base64", `{"a":{"B":"\u0041A\/+"}}`, item{"a": &avB{Value: []byte{0, 15, 254}}}},
		{"unsorted names", `{"b":{"S":""},"a":{"S":""}}`, item{"a": &avS{}, "b": &avS{}}},
		{"names equal but for case", `{"A":{"S":""},"a":{"S":""}}`, item{"a": &avS{}, "A": &avS{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Unmarshal([]byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	tests := []struct {
		name string
		text string
		path string
	}{
		{"nothing", ``, ``},
		{"white space only", " \n", ``},
		{"a cut text", `{"a":{"S":"x"`, `attribute "a"`},
		{"a cut string", `{"a":{"S":"x`, `attribute "a"`},
		{"null", `null`, ``},
		{"an array", `[{"a":{"S":"x"}}]`, ``},
		{"a string", `"a"`, ``},
		{"two items", `{}{}`, ``},
		{"rubbish after the item", `{} x`, ``},
		{"a byte order mark", "\ufeff{}", ``},
		{"a trailing comma", `{"a":{"S":"x"},}`, ``},
		{"a comment", `{/**/}`, ``},
		{"a name without quotes", `{a:{"S":"x"}}`, ``},
		{"a number as name", `{1:{"S":"x"}}`, ``},
		{"an object as name", `{{}:{"S":"x"}}`, ``},
		{"a missing colon", `{"a"{"S":"x"}}`, `attribute "a"`},
		{"a missing value", `{"a":}`, `attribute "a"`},
		{"single quotes", `{"a":{"S":'x'}}`, `attribute "a"`},
		{"a control character", "{\"a\":{\"S\":\"\x01\"}}", `attribute "a"`},
		{"invalid UTF-8 in a string", "{\"a\":{\"S\":\"\xff\"}}", `attribute "a"`},
		{"invalid UTF-8 in a name", "{\"\xff\":{\"S\":\"\"}}", ``},
		{"invalid UTF-8 in a type", "{\"a\":{\"\xff\":\"\"}}", `attribute "a"`},
		{"an encoded surrogate", "{\"a\":{\"S\":\"\xed\xa0\x80\"}}", `attribute "a"`},
		{"a high surrogate alone", `{"a":{"S":"\ud800"}}`, `attribute "a"`},
		{"a low surrogate alone", `{"a":{"S":"\udc00x"}}`, `attribute "a"`},
		{"surrogates in the wrong order", `{"a":{"S":"\udc00\ud800"}}`, `attribute "a"`},
		{"a lone surrogate in a name", `{"a":{"M":{"\ud800":{"S":""}}}}`, `attribute "a"`},
		{"an unknown escape", `{"a":{"S":"\x41"}}`, `attribute "a"`},
		{"a duplicate attribute", `{"a":{"S":"x"},"a":{"S":"x"}}`, ``},
		{"a duplicate attribute in another spelling", `{"a":{"S":"x"},"\u0061":{"S":"x"}}`, ``},
		{"a duplicate key in a map", `{"a":{"L":[{"M":{"k":{"S":"x"},"k":{"S":"y"}}}]}}`, `attribute "a": element 0`},
		{"a type twice", `{"a":{"S":"x","S":"x"}}`, `attribute "a"`},
		{"two types", `{"a":{"S":"x","N":"1"}}`, `attribute "a"`},
		{"no type", `{"a":{}}`, `attribute "a"`},
		{"an unknown type", `{"a":{"X":"x"}}`, `attribute "a"`},
		{"a type in lower case", `{"a":{"s":"x"}}`, `attribute "a"`},
		{"an empty type", `{"a":{"":"x"}}`, `attribute "a"`},
		{"a bare string as value", `{"a":"x"}`, `attribute "a"`},
		{"a bare null as value", `{"a":null}`, `attribute "a"`},
		{"an array as value", `{"a":[]}`, `attribute "a"`},
		{"null as S", `{"a":{"S":null}}`, `attribute "a"`},
		{"a number as S", `{"a":{"S":1}}`, `attribute "a"`},
		{"an array as S", `{"a":{"S":["x"]}}`, `attribute "a"`},
		{"a number as N", `{"a":{"N":1}}`, `attribute "a"`},
		{"an array as B", `{"a":{"B":[1]}}`, `attribute "a"`},
		{"a string as SS", `{"a":{"SS":"x"}}`, `attribute "a"`},
		{"null as SS", `{"a":{"SS":null}}`, `attribute "a"`},
		{"a number in SS", `{"a":{"SS":["x",1]}}`, `attribute "a": element 1`},
		{"a number in NS", `{"a":{"NS":[1]}}`, `attribute "a": element 0`},
		{"null in BS", `{"a":{"BS":["",null]}}`, `attribute "a": element 1`},
		{"a value in SS", `{"a":{"SS":[{"S":"x"}]}}`, `attribute "a": element 0`},
		{"a string as BOOL", `{"a":{"BOOL":"true"}}`, `attribute "a"`},
		{"a misspelled BOOL", `{"a":{"BOOL":tru}}`, `attribute "a"`},
		{"null as BOOL", `{"a":{"BOOL":null}}`, `attribute "a"`},
		{"false as NULL", `{"a":{"NULL":false}}`, `attribute "a"`},
		{"null as NULL", `{"a":{"NULL":null}}`, `attribute "a"`},
		{"a string as NULL", `{"a":{"NULL":"true"}}`, `attribute "a"`},
		{"an object as L", `{"a":{"L":{}}}`, `attribute "a"`},
		{"a bare string in L", `{"a":{"L":[{"S":""},{"S":""},{"S":""},"x"]}}`, `attribute "a": element 3`},
		{"an array as M", `{"a":{"M":[]}}`, `attribute "a"`},
		{"a bare string in M", `{"a":{"M":{"b":"x"}}}`, `attribute "a": map value`},
		{"a fault deep down", `{"a":{"M":{"b":{"L":[{"M":{"c":{"S":1}}}]}}}}`, `attribute "a": map value: element 0: map value`},
		{"base64 without padding", `{"a":{"B":"AQ"}}`, `attribute "a"`},
		{"base64 with too much padding", `{"a":{"B":"AQ==="}}`, `attribute "a"`},
		{"base64 with bits in the padding", `{"a":{"B":"AR=="}}`, `attribute "a"`},
		{"base64 with a newline", `{"a":{"B":"AQ\n=="}}`, `attribute "a"`},
		{"base64 with a newline at the end", `{"a":{"B":"AQ==\r\n"}}`, `attribute "a"`},
		{"base64 with a space", `{"a":{"B":"AQ ="}}`, `attribute "a"`},
		{"base64 of newlines only", `{"a":{"B":"\n\n\n\n"}}`, `attribute "a"`},
		{"base64 joined from two", `{"a":{"B":"AQ==AQ=="}}`, `attribute "a"`},
		{"base64 for URLs", `{"a":{"B":"_-8="}}`, `attribute "a"`},
		{"bad base64 in BS", `{"a":{"BS":["AQ==","?"]}}`, `attribute "a": element 1`},
		{"deep JSON where a value should be", `{"a":` + strings.Repeat("[", 1<<20), `attribute "a"`},
		{"deep objects where a value should be", strings.Repeat(`{"M":`, 1<<20), `attribute "M"` + strings.Repeat(`: map value`, MaxDepth)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Unmarshal([]byte(tt.text))
			assert.Nil(t, got)
			assert.ErrorIs(t, err, ErrSyntax)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.path, e.Path)
			assert.NotEmpty(t, e.Reason)
		})
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	tests := []struct {
		text string
		want string
	}{
		{`{"a":{"L":[{"S":""},{"N":7}]}}`, `attribute "a": element 1: want a string, got a number`},
		{`{"a":{"M":{"b":null}}}`, `attribute "a": map value: want an object, got null`},
		{`{"a":{"BOOL":"x"}}`, `attribute "a": want true or false, got a string`},
		{`{"a":{"NULL":false}}`, `attribute "a": NULL must be true`},
		{`{"a":{"S":"x","N":"1"}}`, `attribute "a": more than one type`},
		{`{"a":{"s":"x"}}`, `attribute "a": unknown type "s": did you mean S?`},
		{`{"a":{"M":{"b":{"bool":true}}}}`, `attribute "a": map value: unknown type "bool": did you mean BOOL?`},
		{`{"a":{"secret":"x"}}`, `attribute "a": unknown type: write one of S, N, B, SS, NS, BS, BOOL, NULL, L, M`},
		{`{"a":{"L":[{"secret":"x"}]}}`, `attribute "a": element 0: unknown type: write one of S, N, B, SS, NS, BS, BOOL, NULL, L, M`},
		{`{"a":{"M":{"secret":{"S":""},"secret":{"S":""}}}}`, `attribute "a": duplicate name`},
		{`{"a":{"M":{"secret":{"S":"\ud800"}}}}`, `attribute "a": map value: invalid escape or lone surrogate at byte 26`},
		{`{"a":{}}`, `attribute "a": no type: write one of S, N, B, SS, NS, BS, BOOL, NULL, L, M`},
		{`{"a":{"S":"x"},"a":{"S":"x"}}`, `duplicate name "a"`},
		{`{"a":{"S":"secret\ud800"}}`, `attribute "a": invalid escape or lone surrogate at byte 17`},
		{"{\"a\":{\"S\":\"secret\xff\"}}", `attribute "a": invalid UTF-8 at byte 17`},
		{`{"a":{"S":secret}}`, `attribute "a": invalid JSON at byte 10`},
		{`{"a":{"B":"secret"}}`, `attribute "a": want canonical standard base64 with padding`},
		{`{"a":{"S":"x"`, `attribute "a": the JSON text ends too early`},
		{`{} {}`, `text after the end`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			_, err := Unmarshal([]byte(tt.text))
			assert.EqualError(t, err, tt.want)
		})
	}
}

func TestErrorsStayShort(t *testing.T) {
	long := strings.Repeat("é", 1<<16)
	for _, text := range []string{
		`{"` + long + `":{"S":1}}`,
		`{"` + long + `":{"S":""},"` + long + `":{"S":""}}`,
	} {
		_, err := Unmarshal([]byte(text))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 1000)
		assert.Contains(t, err.Error(), "éé…")
	}
}

func TestDepthIsBounded(t *testing.T) {
	wraps := []struct {
		name        string
		open, close string
		wrap        func(types.AttributeValue) types.AttributeValue
	}{
		{"lists", `{"L":[`, `]}`, func(v types.AttributeValue) types.AttributeValue {
			return &avL{Value: []types.AttributeValue{v}}
		}},
		{"maps", `{"M":{"k":`, `}}`, func(v types.AttributeValue) types.AttributeValue {
			return &avM{Value: item{"k": v}}
		}},
	}
	nested := func(levels int, open, close string) string {
		return strings.Repeat(open, levels-1) + `{"S":"x"}` + strings.Repeat(close, levels-1)
	}
	for _, tt := range wraps {
		t.Run("the deepest "+tt.name+" are read and written", func(t *testing.T) {
			text := nested(MaxDepth, tt.open, tt.close)
			v, err := UnmarshalValue([]byte(text))
			require.NoError(t, err)
			out, err := MarshalValue(v)
			require.NoError(t, err)
			assert.Equal(t, text, string(out))
		})
		t.Run("deeper "+tt.name+" are refused by reading", func(t *testing.T) {
			_, err := UnmarshalValue([]byte(nested(MaxDepth+1, tt.open, tt.close)))
			require.ErrorIs(t, err, ErrSyntax)
			assert.ErrorContains(t, err, "nested deeper than")
		})
		t.Run("deeper "+tt.name+" are refused by writing", func(t *testing.T) {
			var v types.AttributeValue = &avS{Value: "x"}
			for range MaxDepth {
				v = tt.wrap(v)
			}
			_, err := MarshalValue(v)
			require.ErrorIs(t, err, ErrValue)
			assert.ErrorContains(t, err, "nested deeper than")
		})
	}
	t.Run("a map that contains itself is refused by writing", func(t *testing.T) {
		m := item{}
		m["m"] = &avM{Value: m}
		_, err := Marshal(m)
		assert.ErrorIs(t, err, ErrValue)
	})
}

func TestMarshalRefuses(t *testing.T) {
	tests := []struct {
		name string
		item item
		path string
	}{
		{"a nil value", item{"a": nil}, `attribute "a"`},
		{"a nil S", item{"a": (*avS)(nil)}, `attribute "a"`},
		{"a nil N", item{"a": (*avN)(nil)}, `attribute "a"`},
		{"a nil B", item{"a": (*avB)(nil)}, `attribute "a"`},
		{"a nil SS", item{"a": (*avSS)(nil)}, `attribute "a"`},
		{"a nil NS", item{"a": (*avNS)(nil)}, `attribute "a"`},
		{"a nil BS", item{"a": (*avBS)(nil)}, `attribute "a"`},
		{"a nil BOOL", item{"a": (*avBool)(nil)}, `attribute "a"`},
		{"a nil NULL", item{"a": (*avNull)(nil)}, `attribute "a"`},
		{"a nil L", item{"a": (*avL)(nil)}, `attribute "a"`},
		{"a nil M", item{"a": (*avM)(nil)}, `attribute "a"`},
		{"an unknown member", item{"a": &types.UnknownUnionMember{Tag: "X"}}, `attribute "a"`},
		{"a nil unknown member", item{"a": (*types.UnknownUnionMember)(nil)}, `attribute "a"`},
		{"NULL that is false", item{"a": &avNull{}}, `attribute "a"`},
		{"invalid UTF-8 in S", item{"a": &avS{Value: "\xff"}}, `attribute "a"`},
		{"a surrogate in S", item{"a": &avS{Value: "\xed\xa0\x80"}}, `attribute "a"`},
		{"invalid UTF-8 in N", item{"a": &avN{Value: "\xff"}}, `attribute "a"`},
		{"invalid UTF-8 in SS", item{"a": &avSS{Value: []string{"x", "\xff"}}}, `attribute "a": element 1`},
		{"invalid UTF-8 in an attribute name", item{"\xff": &avS{}}, `attribute "\xff"`},
		{"invalid UTF-8 in a map key", item{"a": &avM{Value: item{"\xff": &avS{}}}}, `attribute "a": map value`},
		{"a nil value in a list", item{"a": &avL{Value: []types.AttributeValue{&avS{}, nil}}}, `attribute "a": element 1`},
		{"a nil value in a map", item{"a": &avM{Value: item{"b": nil}}}, `attribute "a": map value`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Marshal(tt.item)
			assert.Nil(t, got)
			assert.ErrorIs(t, err, ErrValue)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.path, e.Path)
			assert.NotEmpty(t, e.Reason)

			dst, err := AppendLine([]byte("before"), tt.item, true)
			assert.Error(t, err)
			assert.Equal(t, "before", string(dst))
		})
	}
}

func TestMarshalWritesNilSlicesAsEmpty(t *testing.T) {
	got, err := Marshal(item{"b": &avB{}, "bs": &avBS{Value: [][]byte{nil}}, "l": &avL{}, "m": &avM{}, "ss": &avSS{}})
	require.NoError(t, err)
	assert.Equal(t, `{"b":{"B":""},"bs":{"BS":[""]},"l":{"L":[]},"m":{"M":{}},"ss":{"SS":[]}}`, string(got))

	got, err = Marshal(nil)
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(got))
}

func TestValues(t *testing.T) {
	v, err := UnmarshalValue([]byte(`{"NS":["1","2"]}`))
	require.NoError(t, err)
	assert.Equal(t, &avNS{Value: []string{"1", "2"}}, v)

	text, err := MarshalValue(v)
	require.NoError(t, err)
	assert.Equal(t, `{"NS":["1","2"]}`, string(text))

	out, err := AppendValue([]byte("x="), v)
	require.NoError(t, err)
	assert.Equal(t, `x={"NS":["1","2"]}`, string(out))

	for _, bad := range []string{``, `{}`, `{"NS":["1"]} {}`, `{"a":{"S":"x"}}`, `{"NS":[1]}`} {
		v, err := UnmarshalValue([]byte(bad))
		assert.Nil(t, v)
		assert.ErrorIs(t, err, ErrSyntax, bad)
	}
	_, err = MarshalValue(nil)
	assert.ErrorIs(t, err, ErrValue)
}

func TestUnmarshalKeepsNoReferenceToItsInput(t *testing.T) {
	text := []byte(`{"name":{"S":"value"},"set":{"SS":["value"]},"b":{"B":"AQID"}}`)
	original := string(text)
	got, err := Unmarshal(text)
	require.NoError(t, err)
	assert.Equal(t, original, string(text), "the input is not modified")
	clear(text)
	assert.Equal(t, item{"name": &avS{Value: "value"}, "set": &avSS{Value: []string{"value"}}, "b": &avB{Value: []byte{1, 2, 3}}}, got)
}
