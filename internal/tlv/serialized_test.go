package tlv

import (
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASerializedValueStandsForTheValue(t *testing.T) {
	g := newGenerator(7)
	for range 500 {
		v := g.value(0)
		data, err := Append(nil, v, UTF8Order)
		require.NoError(t, err)
		s := &Serialized{Text: string(data)}
		again, err := Append([]byte("before"), s, UTF8Order)
		require.NoError(t, err)
		require.Equal(t, "before"+string(data), string(again))
		size, err := Size(s)
		require.NoError(t, err)
		require.Equal(t, len(data), size)
		require.Equal(t, normalForm(v), Plain(s))
		require.Same(t, v, Plain(v))
	}
}

func TestASerializedValueIsRefusedWhereItDoesNotBelong(t *testing.T) {
	data, err := Append(nil, &types.AttributeValueMemberS{Value: "secret"}, UTF8Order)
	require.NoError(t, err)
	s := &Serialized{Text: string(data)}
	_, err = Append(nil, s, UTF16Order)
	require.Error(t, err, "its maps and sets may be in the wrong order")
	_, err = NewHasher().Sum(nil, s, UTF8Order)
	require.Error(t, err, "what is signed as it is has to be sent")
	sent := ""
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		sent = string(body)
		return nil, errors.Join(err, errors.New("no network"))
	})
	_, err = dynamodb.New(dynamodb.Options{Region: "eu-west-1", HTTPClient: transport, Credentials: aws.AnonymousCredentials{}, Retryer: aws.NopRetryer{}}).
		PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("t"), Item: map[string]types.AttributeValue{"a": s}})
	require.Error(t, err)
	assert.Contains(t, sent, `"Item"`)
	assert.NotContains(t, sent, "secret")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) Do(request *http.Request) (*http.Response, error) { return r(request) }

func TestAWriterWritesWhatAppendAppends(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(*Writer)
		value types.AttributeValue
	}{
		{"NULL", (*Writer).Null, &types.AttributeValueMemberNULL{Value: true}},
		{"true", func(w *Writer) { w.Bool(true) }, &types.AttributeValueMemberBOOL{Value: true}},
		{"false", func(w *Writer) { w.Bool(false) }, &types.AttributeValueMemberBOOL{}},
		{"a string", func(w *Writer) { w.String("ü") }, &types.AttributeValueMemberS{Value: "ü"}},
		{"a string of bytes", func(w *Writer) { w.StringBytes([]byte("ü")) }, &types.AttributeValueMemberS{Value: "ü"}},
		{"binary", func(w *Writer) { w.Bytes([]byte{0, 1}) }, &types.AttributeValueMemberB{Value: []byte{0, 1}}},
		{"a number", func(w *Writer) { w.Number("+01.50e2") }, &types.AttributeValueMemberN{Value: "150"}},
		{"digits", func(w *Writer) { w.Digits([]byte("-17")) }, &types.AttributeValueMemberN{Value: "-17"}},
		{"the largest float32", func(w *Writer) { w.Number(strconv.FormatFloat(math.MaxFloat32, 'f', -1, 32)) },
			&types.AttributeValueMemberN{Value: strconv.FormatFloat(math.MaxFloat32, 'f', -1, 32)}},
		{"a list", func(w *Writer) { w.List(2); w.Null(); w.String("") },
			&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberNULL{Value: true}, &types.AttributeValueMemberS{}}}},
		{"a map", func(w *Writer) { w.Map(1); w.String("k"); w.Bool(true) },
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"k": &types.AttributeValueMemberBOOL{Value: true}}}},
		{"what was serialized", func(w *Writer) { w.Raw([]byte("\x00\x00")) }, &types.AttributeValueMemberNULL{Value: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w Writer
			w.Null()
			start := w.Len()
			tt.write(&w)
			want, err := Append(nil, tt.value, UTF8Order)
			require.NoError(t, err)
			text := w.From(start)
			assert.Equal(t, string(want), text)
			assert.False(t, w.Failed())
			w.String(strings.Repeat("more", 1000))
			assert.Equal(t, string(want), text)
		})
	}
	for name, write := range map[string]func(*Writer){
		"a string that is not UTF-8": func(w *Writer) { w.String("\xff") },
		"bytes that are not UTF-8":   func(w *Writer) { w.StringBytes([]byte{0xff}) },
		"what is no number":          func(w *Writer) { w.Number("NaN") },
		"a number out of range":      func(w *Writer) { w.Number(strconv.FormatFloat(math.MaxFloat64, 'f', -1, 64)) },
	} {
		t.Run(name, func(t *testing.T) {
			var w Writer
			write(&w)
			assert.True(t, w.Failed())
			w.Null()
			assert.True(t, w.Failed(), errors.New("it stays so"))
		})
	}
}
