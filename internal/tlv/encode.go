package tlv

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The characters of the tags, each behind a zero byte.
const (
	tagBinary    = 'b'
	tagBinarySet = 'B'
	tagNumber    = 'n'
	tagNumberSet = 'N'
	tagString    = 's'
	tagStringSet = 'S'
	tagBool      = '?'
	tagNull      = 0
	tagList      = 'L'
	tagMap       = 'M'
)

// MaxDepth is how many lists and maps may enclose a value. DynamoDB stores 32.
const MaxDepth = 40

const (
	tagSize    = 2
	lengthSize = 4
	headerSize = tagSize + lengthSize
)

// BinaryHeaderSize is the length of what precedes the bytes of a B value.
const BinaryHeaderSize = headerSize

var (
	errDepth     = fmt.Errorf("lists and maps are nested more than %d deep", MaxDepth)
	errUTF8      = errors.New("string is not valid UTF-8")
	errEmptySet  = errors.New("set is empty")
	errDuplicate = errors.New("set has a duplicate member")
	errNull      = errors.New("NULL is false")
	errNil       = errors.New("attribute value is nil or of an unknown type")
)

// PutBinaryHeader writes the header of a B value of size bytes into
// dst[:BinaryHeaderSize].
func PutBinaryHeader(dst []byte, size int) {
	dst[0], dst[1] = 0, tagBinary
	binary.BigEndian.PutUint32(dst[tagSize:], uint32(size))
}

// Append appends the serialization of v in the given order.
func Append(dst []byte, v types.AttributeValue, order Order) ([]byte, error) {
	e := encoder{buf: dst, order: order}
	err := e.value(v, 0)
	return e.buf, err
}

// A Hasher hashes serializations by SHA-256 without holding a large one as a
// whole: memory does not grow with the value, whatever exponents its numbers
// have. It is not safe for concurrent use.
type Hasher struct {
	e   encoder
	sum [sha256.Size]byte
}

// hashChunk is how much a Hasher gathers before it hashes.
const hashChunk = 1 << 10

// NewHasher returns a Hasher.
func NewHasher() *Hasher {
	return &Hasher{e: encoder{buf: make([]byte, 0, hashChunk+maxNumberText+headerSize), hash: sha256.New()}}
}

// Sum appends the hash of the serialization of v to dst.
func (h *Hasher) Sum(dst []byte, v types.AttributeValue, order Order) ([]byte, error) {
	h.start(order)
	if err := h.e.value(v, 0); err != nil {
		return dst, err
	}
	return h.finish(dst), nil
}

// SumBinary appends the hash of the serialization of a B value to dst.
func (h *Hasher) SumBinary(dst, value []byte) []byte {
	h.start(UTF8Order)
	h.e.header(tagBinary, len(value))
	h.e.bytes(value)
	return h.finish(dst)
}

// Release drops what the Hasher holds but a little room.
func (h *Hasher) Release() {
	clear(h.e.keys) // what a refused value has left
	if cap(h.e.keys) > maxKept {
		h.e.keys = nil
	}
	if cap(h.e.index) > maxKept {
		h.e.index = nil
	}
}

func (h *Hasher) start(order Order) {
	h.e.keys = h.e.keys[:0]
	if h.e.flushed {
		h.e.hash.Reset()
		h.e.flushed = false
	}
	h.e.buf = h.e.buf[:0]
	h.e.order = order
}

func (h *Hasher) finish(dst []byte) []byte {
	if !h.e.flushed { // the whole is in the buffer
		h.sum = sha256.Sum256(h.e.buf)
		return append(dst, h.sum[:]...)
	}
	h.e.hash.Write(h.e.buf)
	return h.e.hash.Sum(dst)
}

// encoder appends to buf and, if hash is set, empties buf into it from time to
// time.
type encoder struct {
	buf     []byte
	hash    hash.Hash
	flushed bool // something to hash
	order   Order

	// Room to sort in, which the next value can use again.
	keys  []string // of the maps that value is in
	index []uint32 // of the members of a set
}

func (e *encoder) flush() {
	if e.hash != nil && len(e.buf) >= hashChunk {
		e.write(e.buf)
		e.buf = e.buf[:0]
	}
}

func (e *encoder) write(b []byte) {
	e.flushed = true
	e.hash.Write(b)
}

func (e *encoder) header(tag byte, n int) {
	e.flush()
	e.buf = append(e.buf, 0, tag)
	e.length(n)
}

func (e *encoder) length(n int) { e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(n)) }

func (e *encoder) bytes(b []byte) {
	if e.hash != nil && len(b) > hashChunk {
		e.write(e.buf)
		e.write(b)
		e.buf = e.buf[:0]
		return
	}
	e.buf = append(e.buf, b...)
	e.flush()
}

func (e *encoder) text(s string) error {
	if !utf8.ValidString(s) {
		return errUTF8
	}
	for e.hash != nil && len(s) > hashChunk {
		e.buf = append(e.buf, s[:hashChunk]...)
		e.flush()
		s = s[hashChunk:]
	}
	e.buf = append(e.buf, s...)
	e.flush()
	return nil
}

// value appends a value. A nil pointer of any type is refused like nil.
func (e *encoder) value(v types.AttributeValue, depth int) error {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if v != nil {
			e.header(tagString, len(v.Value))
			return e.text(v.Value)
		}
	case *types.AttributeValueMemberN:
		if v != nil {
			return e.number(v.Value)
		}
	case *types.AttributeValueMemberB:
		if v != nil {
			e.header(tagBinary, len(v.Value))
			e.bytes(v.Value)
			return nil
		}
	case *types.AttributeValueMemberBOOL:
		if v != nil {
			e.flush()
			e.buf = append(e.buf, 0, tagBool, boolByte(v.Value))
			return nil
		}
	case *types.AttributeValueMemberNULL:
		if v != nil {
			return e.null(v.Value)
		}
	case *types.AttributeValueMemberL:
		if v != nil {
			return e.list(v.Value, depth+1)
		}
	case *types.AttributeValueMemberM:
		if v != nil {
			return e.mapping(v.Value, depth+1)
		}
	default:
		return e.set(v)
	}
	return errNil
}

func (e *encoder) set(v types.AttributeValue) error {
	switch v := v.(type) {
	case *types.AttributeValueMemberBS:
		if v != nil {
			return e.binarySet(v.Value)
		}
	case *types.AttributeValueMemberNS:
		if v != nil {
			return e.numberSet(v.Value)
		}
	case *types.AttributeValueMemberSS:
		if v != nil {
			return e.stringSet(v.Value)
		}
	case *Serialized:
		if e.order == UTF8Order && e.hash == nil {
			e.buf = append(e.buf, v.Text...)
			return nil
		}
	}
	return errNil
}

func (e *encoder) null(value bool) error {
	if !value {
		return errNull
	}
	e.flush()
	e.buf = append(e.buf, 0, tagNull)
	return nil
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (e *encoder) number(text string) error {
	n, err := parseNumber(text)
	if err != nil {
		return err
	}
	e.header(tagNumber, n.size())
	e.buf = n.append(e.buf)
	return nil
}

func (e *encoder) list(values []types.AttributeValue, depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	e.header(tagList, len(values))
	for _, v := range values {
		if err := e.value(v, depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) mapping(values map[string]types.AttributeValue, depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	e.header(tagMap, len(values))
	outer := len(e.keys)
	e.keys = slices.Grow(e.keys, len(values))
	for key := range values {
		e.keys = append(e.keys, key)
	}
	slices.SortFunc(e.keys[outer:], e.order.CompareStrings)
	for i := range len(values) {
		key := e.keys[outer+i] // inner maps move the slice
		e.header(tagString, len(key))
		if err := e.text(key); err != nil {
			return err
		}
		if err := e.value(values[key], depth); err != nil {
			return err
		}
	}
	clear(e.keys[outer:])
	e.keys = e.keys[:outer]
	return nil
}

func (e *encoder) binarySet(members [][]byte) error {
	index, err := sortSet(e, members, e.order.compareBytes)
	if err != nil {
		return err
	}
	e.header(tagBinarySet, len(members))
	for i := range members {
		m := members[at(index, i)]
		e.length(len(m))
		e.bytes(m)
	}
	return nil
}

func (e *encoder) stringSet(members []string) error {
	index, err := sortSet(e, members, e.order.CompareStrings)
	if err != nil {
		return err
	}
	e.header(tagStringSet, len(members))
	for i := range members {
		m := members[at(index, i)]
		e.length(len(m))
		if err := e.text(m); err != nil {
			return err
		}
	}
	return nil
}

// numberSet sorts by the normal forms of the numbers, as text: 10 before 9.
func (e *encoder) numberSet(members []string) error {
	members, err := checkNumbers(members)
	if err != nil {
		return err
	}
	index, err := sortSet(e, members, compareNumbers)
	if err != nil {
		return err
	}
	e.header(tagNumberSet, len(members))
	for i := range members {
		n, _ := parseNumber(members[at(index, i)])
		e.length(n.size())
		e.buf = n.append(e.buf)
		e.flush()
	}
	return nil
}

// checkNumbers returns the members with long texts in normal form, in a new
// slice if there are any: each comparison of a sort reads its texts anew.
func checkNumbers(members []string) ([]string, error) {
	cloned := false
	for i, m := range members {
		n, err := parseNumber(m)
		if err != nil {
			return nil, err
		}
		if len(m) > maxNumberText {
			if !cloned {
				members, cloned = slices.Clone(members), true
			}
			members[i] = string(n.append(nil))
		}
	}
	return members, nil
}

// sortSet returns where the members stand in strictly ascending order, nil if
// they are in order: members may be tiny, and copies of them many times as
// large. An empty set and duplicates are errors.
func sortSet[M any](e *encoder, members []M, compare func(a, b M) int) ([]uint32, error) {
	if len(members) == 0 {
		return nil, errEmptySet
	}
	if isAscending(members, compare) {
		return nil, nil
	}
	e.index = slices.Grow(e.index[:0], len(members))
	for i := range members {
		e.index = append(e.index, uint32(i))
	}
	byMember := func(a, b uint32) int { return compare(members[a], members[b]) }
	slices.SortFunc(e.index, byMember)
	if !isAscending(e.index, byMember) {
		return nil, errDuplicate
	}
	return e.index, nil
}

// at returns the i-th position in an index of sortSet.
func at(index []uint32, i int) uint32 {
	if index == nil {
		return uint32(i)
	}
	return index[i]
}

func isAscending[M any](members []M, compare func(a, b M) int) bool {
	for i := 1; i < len(members); i++ {
		if compare(members[i-1], members[i]) >= 0 {
			return false
		}
	}
	return true
}
