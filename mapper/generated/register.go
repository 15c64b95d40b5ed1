package generated

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"sync"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// Attribute is one attribute of a struct type.
type Attribute struct {
	tags.Stated
	// Digest is the SHA-256 of the name, in hexadecimal digits.
	Digest string
}

// Type is what ddbcryptgen writes about a struct type.
type Type[T any] struct {
	Name        string // with the package name
	Options     string // text of the ddbcrypt tag of the blank field
	Fingerprint string // of the model; compared by tools only
	Attributes  []Attribute
	Unknown     *tags.Stated // the field of unknown attributes
	// Strings and Numbers are how many strings and numbers an item has at least, to make room.
	Strings, Numbers int
	Sealed           int // and how many values are written by Seal

	Encode func(*Encoder, *T)
	Decode func(*Decoder, string, Value, *T) bool
}

// Record is a Type without its type parameter.
type Record struct {
	Names []crypto.NameDigest

	model  func() (*tags.Model, error)
	encode func(*Encoder, any)
	decode func(*Decoder, crypto.Item, any)
	room   struct{ attributes, strings, numbers, sealed int }
}

var records sync.Map // reflect.Type to *Record

// Register makes mappers of T use generated code. It is called when a program starts,
// and panics if T has such code already.
func Register[T any](t *Type[T]) {
	r := &Record{
		model:  sync.OnceValues(t.assemble),
		encode: func(e *Encoder, v any) { t.Encode(e, v.(*T)) },
		decode: func(d *Decoder, item crypto.Item, v any) { decodeItem(d, item, v.(*T), t.Decode) },
	}
	for i := range t.Attributes {
		known := crypto.NameDigest{Name: t.Attributes[i].Name}
		digest, err := hex.DecodeString(t.Attributes[i].Digest)
		if copy(known.Digest[:], digest) != len(known.Digest) || err != nil {
			panic(fmt.Sprintf("ddbcrypt: the generated code of %s was changed; run go generate", t.Name))
		}
		r.Names = append(r.Names, known)
	}
	r.room.attributes, r.room.strings, r.room.numbers, r.room.sealed = len(t.Attributes), t.Strings, t.Numbers, t.Sealed
	if _, known := records.LoadOrStore(reflect.TypeFor[T](), r); known {
		panic(fmt.Sprintf("ddbcrypt: %s has generated code twice", t.Name))
	}
}

func (t *Type[T]) assemble() (*tags.Model, error) {
	stated := make([]tags.Stated, len(t.Attributes))
	for i := range t.Attributes {
		stated[i] = t.Attributes[i].Stated
	}
	return tags.Assemble(t.Name, t.Options, stated, t.Unknown)
}

// Lookup returns what is registered for a struct type, or nil.
func Lookup(t reflect.Type) *Record {
	r, _ := records.Load(t)
	record, _ := r.(*Record)
	return record
}

var (
	encoders = sync.Pool{New: func() any { return new(Encoder) }}
	decoders = sync.Pool{New: func() any { return new(Decoder) }}
)

// Model returns the model. It is made when it is first asked for.
func (r *Record) Model() (*tags.Model, error) { return r.model() }

// Encode returns the item of the struct that value, a pointer, points to. serialize
// allows values that are to be encrypted to be [tlv.Serialized]. rest encodes what only
// attributevalue can encode. It reports false if attributevalue has to encode the whole
// struct: it may find a fault.
func (r *Record) Encode(value any, serialize bool, rest func(any) (crypto.Item, error)) (crypto.Item, bool) {
	e := encoders.Get().(*Encoder)
	defer encoders.Put(e)
	defer e.reset()
	e.item, e.serialize, e.rest = make(crypto.Item, r.room.attributes), serialize, rest
	e.strings.room, e.numbers.room, e.serialized.room = r.room.strings, r.room.numbers, r.room.sealed
	if !serialize {
		e.numbers.room += r.room.sealed
	}
	r.encode(e, value)
	return e.item, !e.failed && !e.writer.Failed()
}

// Decode stores the attributes of an item in the struct that value, a pointer, points
// to, which is zero. It returns those that attributevalue has to decode.
func (r *Record) Decode(item crypto.Item, value any) crypto.Item {
	d := decoders.Get().(*Decoder)
	defer decoders.Put(d)
	r.decode(d, item, value)
	rest := d.rest
	d.rest = nil
	return rest
}
