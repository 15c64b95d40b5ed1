package ddbjson

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json/jsontext"
)

var tooDeep = "nested deeper than " + strconv.Itoa(MaxDepth) + " levels"

// decoder reads DynamoDB JSON from the tokens of a strict JSON decoder, which
// refuses invalid UTF-8, lone surrogates and duplicate names by itself.
type decoder struct {
	json  jsontext.Decoder
	data  []byte
	text  bytes.Buffer // over data: the one reader that the JSON decoder does not copy
	depth int          // of the attribute value being read
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

func newDecoder(data []byte) *decoder {
	d := decoders.Get().(*decoder)
	d.reset(data)
	return d
}

func (d *decoder) free() {
	d.reset(nil) // so that the pool holds no items
	decoders.Put(d)
}

func (d *decoder) reset(data []byte) {
	d.data, d.text, d.depth = data, *bytes.NewBuffer(data), 0
	d.json.Reset(&d.text)
}

// decode reads the one JSON value in data with read.
func decode[T any](data []byte, read func(*decoder) (T, error)) (T, error) {
	d := newDecoder(data)
	defer d.free()

	v, err := read(d)
	if err == nil {
		err = d.end()
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

func (d *decoder) end() error {
	_, err := d.json.ReadToken()
	switch {
	case err == io.EOF:
		return nil
	case err == nil:
		return syntaxError("text after the end")
	default:
		return d.jsonError(err)
	}
}

func (d *decoder) item() (map[string]types.AttributeValue, error) {
	return d.object(attributeStep)
}

func (d *decoder) wrappedItem() (map[string]types.AttributeValue, error) {
	if err := d.delim('{'); err != nil {
		return nil, err
	}
	name, err := d.name()
	if err != nil {
		return nil, err
	}
	if name != "Item" {
		return nil, syntaxError("no Item")
	}
	item, err := d.item()
	if err != nil {
		return nil, err
	}
	return item, d.delim('}')
}

// object reads the item or the content of an M; step says in errors which.
func (d *decoder) object(step func(name string) string) (map[string]types.AttributeValue, error) {
	if err := d.delim('{'); err != nil {
		return nil, err
	}
	m := map[string]types.AttributeValue{}
	for d.json.PeekKind() != '}' {
		name, err := d.name()
		if err != nil {
			return nil, err
		}
		if m[name], err = d.value(); err != nil {
			return nil, within(step(name), err)
		}
	}
	return m, d.delim('}')
}

func (d *decoder) value() (types.AttributeValue, error) {
	d.depth++
	if d.depth > MaxDepth {
		return nil, syntaxError(tooDeep)
	}
	if err := d.delim('{'); err != nil {
		return nil, err
	}
	if d.json.PeekKind() == '}' {
		return nil, syntaxError("no type: write " + typeList)
	}
	typ, err := d.name()
	if err != nil {
		return nil, err
	}
	v, err := d.typed(typ)
	if err != nil {
		return nil, err
	}
	if d.json.PeekKind() == '"' {
		return nil, syntaxError("more than one type")
	}
	d.depth--
	return v, d.delim('}')
}

const typeList = "one of S, N, B, SS, NS, BS, BOOL, NULL, L, M"

// unknownType quotes a word only if it is a type but for its case: where a type
// should be, plain JSON has a key of the caller's data.
func unknownType(typ string) error {
	for _, known := range []string{"S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M"} {
		if strings.EqualFold(typ, known) {
			return syntaxError("unknown type " + strconv.Quote(typ) + ": did you mean " + known + "?")
		}
	}
	return syntaxError("unknown type: write " + typeList)
}

// typed reads the value that stands behind the name of a type.
func (d *decoder) typed(typ string) (types.AttributeValue, error) {
	switch typ {
	case "S":
		v, err := d.string()
		return &types.AttributeValueMemberS{Value: v}, err
	case "N":
		v, err := d.string()
		return &types.AttributeValueMemberN{Value: v}, err
	case "B":
		v, err := d.binary()
		return &types.AttributeValueMemberB{Value: v}, err
	case "SS":
		v, err := array(d, (*decoder).string)
		return &types.AttributeValueMemberSS{Value: v}, err
	case "NS":
		v, err := array(d, (*decoder).string)
		return &types.AttributeValueMemberNS{Value: v}, err
	case "BS":
		v, err := array(d, (*decoder).binary)
		return &types.AttributeValueMemberBS{Value: v}, err
	case "BOOL":
		v, err := d.bool()
		return &types.AttributeValueMemberBOOL{Value: v}, err
	case "NULL":
		v, err := d.bool()
		if err == nil && !v {
			err = syntaxError("NULL must be true")
		}
		return &types.AttributeValueMemberNULL{Value: v}, err
	case "L":
		v, err := array(d, (*decoder).value)
		return &types.AttributeValueMemberL{Value: v}, err
	case "M":
		v, err := d.object(mapStep)
		return &types.AttributeValueMemberM{Value: v}, err
	default:
		return nil, unknownType(typ)
	}
}

func array[T any](d *decoder, read func(*decoder) (T, error)) ([]T, error) {
	if err := d.delim('['); err != nil {
		return nil, err
	}
	elements := []T{}
	for d.json.PeekKind() != ']' {
		v, err := read(d)
		if err != nil {
			return nil, withinElement(len(elements), err)
		}
		elements = append(elements, v)
	}
	return elements, d.delim(']')
}

func (d *decoder) bool() (bool, error) {
	kind := d.json.PeekKind()
	if kind != 't' && kind != 'f' {
		return false, d.unexpected("true or false")
	}
	_, err := d.json.ReadToken()
	return kind == 't', d.jsonError(err)
}

func (d *decoder) string() (string, error) {
	raw, err := d.rawString()
	if err != nil {
		return "", err
	}
	return unquote(raw)
}

func (d *decoder) binary() ([]byte, error) {
	raw, err := d.rawString()
	if err != nil {
		return nil, err
	}
	text := raw[1 : len(raw)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		s, err := unquote(raw)
		if err != nil {
			return nil, err
		}
		text = []byte(s)
	}
	return decodeBase64(text)
}

// strictBase64 refuses padding bits that are not zero, but skips newlines.
var strictBase64 = base64.StdEncoding.Strict()

func decodeBase64(text []byte) ([]byte, error) {
	b := make([]byte, strictBase64.DecodedLen(len(text)))
	n, err := strictBase64.Decode(b, text)
	if err != nil || strictBase64.EncodedLen(n) != len(text) {
		return nil, syntaxError("want canonical standard base64 with padding")
	}
	return b[:n:n], nil
}

func (d *decoder) rawString() (jsontext.Value, error) {
	if d.json.PeekKind() != '"' {
		return nil, d.unexpected("a string")
	}
	raw, err := d.json.ReadValue()
	return raw, d.jsonError(err)
}

func (d *decoder) name() (string, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return "", d.jsonError(err)
	}
	return unquote(raw)
}

// unquote returns the text of a JSON string that the decoder has checked.
func unquote(raw jsontext.Value) (string, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "", syntaxError("invalid string")
	}
	return string(text), nil
}

// delim reads the delimiter that starts or ends an object or array.
func (d *decoder) delim(want jsontext.Kind) error {
	if d.json.PeekKind() != want {
		return d.unexpected(kindNames[want])
	}
	_, err := d.json.ReadToken()
	return d.jsonError(err)
}

var kindNames = map[jsontext.Kind]string{
	'n': "null",
	't': "a boolean",
	'f': "a boolean",
	'"': "a string",
	'0': "a number",
	'{': "an object",
	'}': "the end of the object",
	'[': "an array",
	']': "the end of the array",
}

// unexpected returns the error for the next token, which is not what it says.
func (d *decoder) unexpected(want string) error {
	got := kindNames[d.json.PeekKind()]
	if _, err := d.json.ReadToken(); err != nil {
		return d.jsonError(err)
	}
	return syntaxError("want " + want + ", got " + got)
}

// jsonError says in our words what is wrong with the JSON: the decoder's own
// text quotes parts of values.
func (d *decoder) jsonError(err error) error {
	if err == nil {
		return nil
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return syntaxError("the JSON text ends too early")
	}
	e, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return syntaxError("invalid JSON")
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		if d.depth > 0 {
			return syntaxError("duplicate name")
		}
		return syntaxError("duplicate name " + quote(e.JSONPointer.LastToken()))
	}
	offset := min(max(int(e.ByteOffset), 0), len(d.data))
	what := "invalid JSON"
	if r, n := utf8.DecodeRune(d.data[offset:]); r == utf8.RuneError && n == 1 {
		what = "invalid UTF-8"
	} else if r == '\\' {
		what = "invalid escape or lone surrogate"
	}
	return syntaxError(what + " at byte " + strconv.Itoa(offset))
}

// looksWrapped reports whether data has the shape of a wrapped item, as far
// as its JSON can be read: the only member is Item, and that is an object
// whose members are objects.
func looksWrapped(data []byte) bool {
	d := newDecoder(data)
	defer d.free()

	if d.delim('{') != nil {
		return false
	}
	if name, err := d.name(); err != nil || name != "Item" || d.delim('{') != nil {
		return false
	}
	for members := 0; d.json.PeekKind() != '}'; members++ {
		if _, err := d.name(); err != nil {
			return members > 0
		}
		if d.json.PeekKind() != '{' {
			return false
		}
		if d.json.SkipValue() != nil {
			return true
		}
	}
	return d.delim('}') == nil && d.json.PeekKind() != '"'
}
