package tlv

import (
	"encoding/binary"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Serialized is a value that was serialized before it is encrypted, or that was
// decrypted and checked and not yet decoded. It stands in the place of an attribute
// value between packages of this module, and never leaves them: the SDK would send
// nothing of it. Maps and sets in it are in UTF8Order.
type Serialized struct {
	types.AttributeValue // nil; makes it one

	// Text is the serialization of the value.
	Text string
}

// Plain returns what v stands for: the decoded value of a [Serialized], and otherwise
// v itself.
func Plain(v types.AttributeValue) types.AttributeValue {
	if s, ok := v.(*Serialized); ok {
		return Raw(s.Text).Decode()
	}
	return v
}

// Raw is the text of the serialization of one value, which was checked.
type Raw string

// Decode returns the value.
func (r Raw) Decode() types.AttributeValue {
	d := decoder{data: []byte(r), text: string(r)}
	return d.value()
}

// The kinds of values, as [Raw.Kind] returns them.
const (
	KindBinary    = tagBinary
	KindBinarySet = tagBinarySet
	KindNumber    = tagNumber
	KindNumberSet = tagNumberSet
	KindString    = tagString
	KindStringSet = tagStringSet
	KindBool      = tagBool
	KindNull      = tagNull
	KindList      = tagList
	KindMap       = tagMap
)

// Kind returns which kind of value it is.
func (r Raw) Kind() byte { return r[1] }

// Content returns the content of a string, a number (perhaps not in normal form) or
// binary.
func (r Raw) Content() string { return string(r[headerSize:]) }

// Bool returns the value of a BOOL.
func (r Raw) Bool() bool { return r[tagSize] == 1 }

// Count returns how many values or entries a list or map has, and their serializations,
// for the functions that take the next one off.
func (r Raw) Count() (int, Raw) { return int(r.length(tagSize)), r[headerSize:] }

func (r Raw) length(at int) uint32 { return binary.BigEndian.Uint32([]byte(r[at : at+lengthSize])) }

// ItemSize returns the size of the value as DynamoDB counts it.
func (r Raw) ItemSize(number func(text string) int) int {
	switch r.Kind() {
	case KindNull, KindBool:
		return 1
	case KindString, KindBinary:
		return len(r) - headerSize
	case KindNumber:
		return number(r.Content())
	}
	n, rest := r.Count()
	size := 0
	for range n {
		switch r.Kind() {
		case KindList:
			var value Raw
			value, rest = rest.NextValue()
			size += 1 + value.ItemSize(number)
		case KindMap:
			var key string
			var value Raw
			key, value, rest = rest.NextEntry()
			size += 1 + len(key) + value.ItemSize(number)
		default:
			member := string(rest[lengthSize : lengthSize+int(rest.length(0))])
			rest = rest[lengthSize+len(member):]
			if r.Kind() == KindNumberSet {
				size += number(member)
			} else {
				size += len(member)
			}
		}
	}
	if r.Kind() == KindList || r.Kind() == KindMap {
		size += 3
	}
	return size
}

// NextValue takes the first value off the values of a list.
func (r Raw) NextValue() (value, rest Raw) {
	n := r.size()
	return r[:n], r[n:]
}

// NextEntry takes the first key and value off the entries of a map.
func (r Raw) NextEntry() (key string, value, rest Raw) {
	first, rest := r.NextValue()
	value, rest = rest.NextValue()
	return first.Content(), value, rest
}

// size returns how long the first value is.
func (r Raw) size() int {
	switch r.Kind() {
	case KindNull:
		return tagSize
	case KindBool:
		return tagSize + 1
	case KindString, KindNumber, KindBinary:
		return headerSize + int(r.length(tagSize))
	}
	n, rest := r.Count()
	for range n {
		switch r.Kind() {
		case KindList:
			_, rest = rest.NextValue()
		case KindMap:
			_, _, rest = rest.NextEntry()
		default: // a set
			rest = rest[lengthSize+int(rest.length(0)):]
		}
	}
	return len(r) - len(rest)
}
