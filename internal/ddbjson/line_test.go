package ddbjson

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnmarshalLine(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		want    item
		wrapped bool
	}{
		{"a plain item", `{"a":{"S":"x"}}`, item{"a": &avS{Value: "x"}}, false},
		{"an empty plain item", `{}`, item{}, false},
		{"a wrapped item", `{"Item":{"a":{"S":"x"}}}`, item{"a": &avS{Value: "x"}}, true},
		{"a wrapped item with white space", ` { "Item" : { "a" : {"S":"x"} } } `, item{"a": &avS{Value: "x"}}, true},
		{"an empty wrapped item", `{"Item":{}}`, item{}, true},
		{"a plain item with an attribute Item", `{"Item":{"S":"x"}}`, item{"Item": &avS{Value: "x"}}, false},
		{"a plain item with an attribute Item and another", `{"Item":{"S":"x"},"a":{"S":"x"}}`, item{"Item": &avS{Value: "x"}, "a": &avS{Value: "x"}}, false},
		{"a plain item with a map Item", `{"Item":{"M":{"a":{"S":"x"}}}}`, item{"Item": &avM{Value: item{"a": &avS{Value: "x"}}}}, false},
		{"a plain item with an empty map Item", `{"Item":{"M":{}}}`, item{"Item": &avM{Value: item{}}}, false},
		{"a wrapped item with an attribute S", `{"Item":{"S":{"S":"x"}}}`, item{"S": &avS{Value: "x"}}, true},
		{"a wrapped item with a string M", `{"Item":{"M":{"S":"x"}}}`, item{"M": &avS{Value: "x"}}, true},
		{"a wrapped item with an empty map M", `{"Item":{"M":{"M":{}}}}`, item{"M": &avM{Value: item{}}}, true},
		{"a wrapped item with an attribute Item", `{"Item":{"Item":{"S":"x"}}}`, item{"Item": &avS{Value: "x"}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, wrapped, err := UnmarshalLine([]byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.wrapped, wrapped)

			line, err := AppendLine([]byte("before\n"), got, wrapped)
			require.NoError(t, err)
			again, wrappedAgain, err := UnmarshalLine(line[len("before\n"):])
			require.NoError(t, err)
			assert.Equal(t, got, again)
			assert.Equal(t, wrapped, wrappedAgain)
		})
	}
}

func TestAppendLineWritesOneLine(t *testing.T) {
	it := item{"a": &avS{Value: "x\ny"}}
	plain, err := AppendLine(nil, it, false)
	require.NoError(t, err)
	assert.Equal(t, `{"a":{"S":"x\ny"}}`+"\n", string(plain))
	both, err := AppendLine(plain, it, true)
	require.NoError(t, err)
	assert.Equal(t, `{"a":{"S":"x\ny"}}`+"\n"+`{"Item":{"a":{"S":"x\ny"}}}`+"\n", string(both))
}

func TestErrorOfALineIsTheHelpfulOne(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string
	}{
		{"wrapped, with a fault", `{"Item":{"a":{"S":"x"},"b":{"S":1}}}`, `attribute "b": want a string, got a number`},
		{"wrapped, with a fault in the first attribute", `{"Item":{"a":{"S":1}}}`, `attribute "a": want a string, got a number`},
		{"wrapped, with a lone surrogate", `{"Item":{"a":{"S":"\ud800"}}}`, `attribute "a": invalid escape or lone surrogate at byte 19`},
		{"wrapped, with a duplicate", `{"Item":{"a":{"S":""},"a":{"S":""}}}`, `duplicate name "a"`},
		{"wrapped, cut", `{"Item":{"a":{"S":"x"}`, `the JSON text ends too early`},
		{"wrapped, cut in the value", `{"Item":{"a":{"S":"x`, `attribute "a": the JSON text ends too early`},
		{"wrapped, with text behind it", `{"Item":{"a":{"S":"x"}}} x`, `invalid JSON at byte 25`},
		{"wrapped, with more beside it", `{"Item":{"a":{"S":"x"}},"b":{"S":"x"}}`, `attribute "Item": unknown type: write ` + typeList},
		{"Item is a bad value", `{"Item":{"S":1}}`, `attribute "Item": want a string, got a number`},
		{"Item is a string", `{"Item":"x"}`, `attribute "Item": want an object, got a string`},
		{"plain, with a fault", `{"a":{"S":1}}`, `attribute "a": want a string, got a number`},
		{"item in lower case", `{"item":{"a":{"S":"x"}}}`, `attribute "item": unknown type: write ` + typeList},
		{"not an object", `[]`, `want an object, got an array`},
		{"nothing", ``, `the JSON text ends too early`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, wrapped, err := UnmarshalLine([]byte(tt.text))
			assert.Nil(t, got)
			assert.False(t, wrapped)
			assert.ErrorIs(t, err, ErrSyntax)
			assert.EqualError(t, err, tt.want)
		})
	}
}
