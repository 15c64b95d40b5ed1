package generated

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Encoder makes the attributes of one item: attribute values, or, where a value is to
// be encrypted and the encryptor takes it, its serialization. Values share no memory with
// fields that can change.
type Encoder struct {
	item    crypto.Item
	strings slab[types.AttributeValueMemberS]
	numbers slab[types.AttributeValueMemberN]
	rest    func(any) (crypto.Item, error)
	failed  bool

	serialize  bool // values for Seal
	writing    bool // to writer, in place of making attribute values
	writer     tlv.Writer
	serialized slab[tlv.Serialized]
}

// reset drops what belongs to the item.
func (e *Encoder) reset() { *e = Encoder{} }

// slab gives variables that were allocated together.
type slab[T any] struct {
	free []T
	room int // of the first allocation
}

// minRoom is how many are allocated at least where more come than were counted.
const minRoom = 8

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.free = make([]T, max(s.room, 1))
		s.room = minRoom
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// Set sets an attribute.
func (e *Encoder) Set(name string, v types.AttributeValue) { e.item[name] = v }

// perValue is about how long a serialized value is.
const perValue = 48

// Seal begins an attribute that is to be encrypted; its value has to follow.
//
//	e.Seal("count").To(Int(e, &v.Count))
func (e *Encoder) Seal(name string) Sealing {
	s := Sealing{e: e, name: name, start: e.writer.Len()}
	if e.writing = e.serialize; e.writing && s.start == 0 {
		e.writer.Grow(perValue * e.serialized.room)
	}
	return s
}

// Sealing is an attribute that is to be encrypted.
type Sealing struct {
	e     *Encoder
	name  string
	start int
}

// To sets the attribute to the value that was encoded since.
func (s Sealing) To(v types.AttributeValue) {
	if s.e.writing {
		s.e.writing = false
		serialized := s.e.serialized.next()
		serialized.Text = s.e.writer.From(s.start)
		v = serialized
	}
	s.e.item[s.name] = v
}

// written is what functions return that have written a value.
var written types.AttributeValue = (*types.AttributeValueMemberNULL)(nil)

// Rest sets the attributes of a struct with fields that only attributevalue encodes.
// fields points to it.
func (e *Encoder) Rest(fields any) {
	item, err := e.rest(fields)
	if err != nil {
		e.failed = true
	}
	for name, v := range item {
		e.item[name] = v
	}
}

// fail leaves the item to attributevalue, which says what is wrong.
func (e *Encoder) fail() types.AttributeValue {
	e.failed = true
	return nil
}

// text encodes a string.
func (e *Encoder) text(s string) types.AttributeValue {
	if e.writing {
		e.writer.String(s)
		return written
	}
	av := e.strings.next()
	av.Value = s
	return av
}

// textBytes encodes a string from a buffer.
func (e *Encoder) textBytes(s []byte) types.AttributeValue {
	if e.writing {
		e.writer.StringBytes(s)
		return written
	}
	return e.text(string(s))
}

// digits encodes a number in normal form from a buffer.
func (e *Encoder) digits(normal []byte) types.AttributeValue {
	if e.writing {
		e.writer.Digits(normal)
		return written
	}
	av := e.numbers.next()
	av.Value = string(normal)
	return av
}

// number encodes a number in any form.
func (e *Encoder) number(digits string) types.AttributeValue {
	if e.writing {
		e.writer.Number(digits)
		return written
	}
	av := e.numbers.next()
	av.Value = digits
	return av
}
