package tlv

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var (
	errTruncated = errors.New("serialized value is truncated")
	errTrailing  = errors.New("serialized value has bytes after its end")
	errTag       = errors.New("serialized value has an unknown tag")
	errBool      = errors.New("serialized BOOL is neither 0 nor 1")
	errMapKey    = errors.New("serialized map key is not a string")
	errMapTwice  = errors.New("serialized map has a key twice")
)

// The shortest serializations, to bound counts by the bytes that are left.
const (
	minValue  = tagSize
	minMember = lengthSize
	minEntry  = headerSize + minValue
)

// Decode reads one value that fills data to its end. Numbers come back in
// normal form and sets in UTF8Order, whichever client wrote them.
//
// text must hold the same bytes as data if the value [NeedsText]. Strings of the
// value are parts of text; bytes are copied, so that data can be used again.
//
// The whole is checked before anything is allocated for it; only sets and maps
// out of order need memory to be checked, less than eight times their size.
func Decode(data []byte, text string) (types.AttributeValue, error) {
	var d Decoder
	return d.Decode(data, text)
}

// A Decoder decodes one value after the other with less allocation than the
// function. It is not safe for concurrent use. It holds on to the last data and
// text until Release.
type Decoder struct {
	d decoder
	// Strings and Numbers have room for that many values of type S and N, which then
	// need no allocation of their own. Values keep the room of all of their type alive.
	Strings []types.AttributeValueMemberS
	Numbers []types.AttributeValueMemberN
}

// Check returns the error that Decode would, and decodes nothing.
func (d *Decoder) Check(data []byte, text string) error {
	d.d = decoder{data: data, text: text, keys: d.d.keys[:0]}
	if d.d.keys == nil && len(data) >= tagSize && (data[1] == tagMap || data[1] == tagList) {
		d.d.keys = make([]int, 0, MaxDepth)
	}
	if err := d.d.check(0); err != nil {
		return err
	}
	if d.d.pos != len(data) {
		return errTrailing
	}
	return nil
}

// Decode is like the function of this name.
func (d *Decoder) Decode(data []byte, text string) (types.AttributeValue, error) {
	if err := d.Check(data, text); err != nil {
		return nil, err
	}
	d.d.pos = 0
	switch {
	case data[1] == tagString && len(d.Strings) > 0:
		v := &d.Strings[0]
		d.Strings = d.Strings[1:]
		d.d.pos = tagSize
		v.Value = d.d.string()
		return v, nil
	case data[1] == tagNumber && len(d.Numbers) > 0:
		v := &d.Numbers[0]
		d.Numbers = d.Numbers[1:]
		d.d.pos = tagSize
		v.Value = d.d.number()
		return v, nil
	}
	return d.d.value(), nil
}

// maxKept bounds what a released Decoder keeps.
const maxKept = 1 << 10

// Release drops what the Decoder holds.
func (d *Decoder) Release() {
	keys := d.d.keys[:0]
	if cap(keys) > maxKept {
		keys = nil
	}
	d.d = decoder{keys: keys}
	d.Strings, d.Numbers = nil, nil
}

// IsString reports whether the value in data is a string.
func IsString(data []byte) bool { return len(data) >= tagSize && data[1] == tagString }

// IsNumber reports whether the value in data is a number.
func IsNumber(data []byte) bool { return len(data) >= tagSize && data[1] == tagNumber }

// NeedsText reports whether the value in data holds strings, that is whether
// Decode looks at its text.
func NeedsText(data []byte) bool {
	return len(data) >= tagSize && data[1] != tagBinary && data[1] != tagBinarySet
}

// decoder reads data from pos on. check and value walk the same grammar; value
// is called for checked data only.
type decoder struct {
	data []byte
	text string
	pos  int
	keys []int // positions of the keys of the maps that check is in
}

func (d *decoder) left() int { return len(d.data) - d.pos }

// tag reads a tag. Zero is NULL's.
func (d *decoder) tag() (byte, error) {
	if d.left() < tagSize {
		return 0, errTruncated
	}
	if d.data[d.pos] != 0 {
		return 0, errTag
	}
	d.pos += tagSize
	return d.data[d.pos-1], nil
}

// count reads a length or count of things that take at least unit bytes each.
func (d *decoder) count(unit int) (int, error) {
	if d.left() < lengthSize {
		return 0, errTruncated
	}
	n := binary.BigEndian.Uint32(d.data[d.pos:])
	d.pos += lengthSize
	if uint64(n)*uint64(unit) > uint64(d.left()) {
		return 0, errTruncated
	}
	return int(n), nil
}

// skip reads a length and passes over that many bytes, which it returns.
func (d *decoder) skip() ([]byte, error) {
	n, err := d.count(1)
	if err != nil {
		return nil, err
	}
	d.pos += n
	return d.data[d.pos-n : d.pos : d.pos], nil
}

func (d *decoder) check(depth int) error {
	tag, err := d.tag()
	if err != nil {
		return err
	}
	switch tag {
	case tagNull:
		return nil
	case tagBool:
		if d.left() < 1 {
			return errTruncated
		}
		if d.data[d.pos] > 1 {
			return errBool
		}
		d.pos++
		return nil
	case tagBinary, tagString, tagNumber:
		return d.checkScalar(tag)
	case tagBinarySet:
		return d.checkSet(tagBinary)
	case tagStringSet:
		return d.checkSet(tagString)
	case tagNumberSet:
		return d.checkSet(tagNumber)
	case tagList:
		return d.checkList(depth + 1)
	case tagMap:
		return d.checkMap(depth + 1)
	default:
		return errTag
	}
}

func (d *decoder) checkScalar(tag byte) error {
	b, err := d.skip()
	if err != nil {
		return err
	}
	switch tag {
	case tagString:
		if !utf8.Valid(b) {
			return errUTF8
		}
	case tagNumber:
		if len(b) > maxNumberText {
			// Neither client writes one; Java's and Python's are in normal form.
			return errNumberSyntax
		}
		_, err = parseNumber(d.text[d.pos-len(b) : d.pos])
	}
	return err
}

func (d *decoder) checkSet(tag byte) error {
	n, err := d.count(minMember)
	if err != nil || n == 0 {
		// DynamoDB stores no empty set, but does not see those in ciphertext: both
		// clients write and read them there, at any level.
		return err
	}
	start := d.pos
	for range n {
		if err := d.checkScalar(tag); err != nil {
			return err
		}
	}
	d.pos = start
	switch tag {
	case tagBinary:
		return checkDistinct(d, n, (*decoder).bytes, UTF8Order.compareBytes)
	case tagNumber:
		return checkDistinct(d, n, (*decoder).string, compareNumbers)
	default:
		return checkDistinct(d, n, (*decoder).string, UTF8Order.CompareStrings)
	}
}

// checkDistinct reads n checked members and refuses duplicates. It gathers
// them only if they are out of order.
func checkDistinct[M any](d *decoder, n int, read func(*decoder) M, compare func(a, b M) int) error {
	start := d.pos
	previous := read(d)
	for range n - 1 {
		m := read(d)
		switch c := compare(previous, m); {
		case c == 0:
			return errDuplicate
		case c > 0:
			d.pos = start
			if !isAscending(readSorted(d, n, read, compare), compare) {
				return errDuplicate
			}
			return nil
		}
		previous = m
	}
	return nil
}

func (d *decoder) checkList(depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	n, err := d.count(minValue)
	if err != nil {
		return err
	}
	for range n {
		if err := d.check(depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) checkMap(depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	n, err := d.count(minEntry)
	if err != nil {
		return err
	}
	outer := len(d.keys)
	for range n {
		tag, err := d.tag()
		if err != nil {
			return err
		}
		if tag != tagString {
			return errMapKey
		}
		d.keys = append(d.keys, d.pos)
		if err := d.checkScalar(tagString); err != nil {
			return err
		}
		if err := d.check(depth); err != nil {
			return err
		}
	}
	err = d.checkKeys(d.keys[outer:])
	d.keys = d.keys[:outer]
	return err
}

// checkKeys refuses duplicates among the keys at these positions.
func (d *decoder) checkKeys(positions []int) error {
	compare := func(a, b int) int { return strings.Compare(d.keyAt(a), d.keyAt(b)) }
	if isAscending(positions, compare) {
		return nil
	}
	slices.SortFunc(positions, compare)
	if !isAscending(positions, compare) {
		return errMapTwice
	}
	return nil
}

func (d *decoder) keyAt(pos int) string {
	at := decoder{data: d.data, text: d.text, pos: pos}
	return at.string()
}

func (d *decoder) bytes() []byte {
	b, _ := d.skip()
	return b
}

// copy returns bytes in a slice of their own, never nil.
func (d *decoder) copy() []byte { return append([]byte{}, d.bytes()...) }

func (d *decoder) string() string {
	n := len(d.bytes())
	return d.text[d.pos-n : d.pos]
}

func (d *decoder) number() string {
	n, _ := NormalizeNumber(d.string())
	return n
}

func (d *decoder) value() types.AttributeValue {
	tag, _ := d.tag()
	switch tag {
	case tagNull:
		return &types.AttributeValueMemberNULL{Value: true}
	case tagBool:
		d.pos++
		return &types.AttributeValueMemberBOOL{Value: d.data[d.pos-1] == 1}
	case tagBinary:
		return &types.AttributeValueMemberB{Value: d.copy()}
	case tagString:
		return &types.AttributeValueMemberS{Value: d.string()}
	case tagNumber:
		return &types.AttributeValueMemberN{Value: d.number()}
	case tagBinarySet:
		return &types.AttributeValueMemberBS{Value: readSet(d, (*decoder).copy, UTF8Order.compareBytes)}
	case tagStringSet:
		return &types.AttributeValueMemberSS{Value: readSet(d, (*decoder).string, UTF8Order.CompareStrings)}
	case tagNumberSet:
		return &types.AttributeValueMemberNS{Value: readSet(d, (*decoder).number, UTF8Order.CompareStrings)}
	case tagList:
		return d.list()
	default:
		return d.mapping()
	}
}

func readSet[M any](d *decoder, read func(*decoder) M, compare func(a, b M) int) []M {
	n, _ := d.count(minMember)
	return readSorted(d, n, read, compare)
}

func readSorted[M any](d *decoder, n int, read func(*decoder) M, compare func(a, b M) int) []M {
	members := make([]M, n)
	for i := range members {
		members[i] = read(d)
	}
	if !isAscending(members, compare) {
		slices.SortFunc(members, compare)
	}
	return members
}

func (d *decoder) list() types.AttributeValue {
	n, _ := d.count(minValue)
	values := make([]types.AttributeValue, n)
	for i := range values {
		values[i] = d.value()
	}
	return &types.AttributeValueMemberL{Value: values}
}

func (d *decoder) mapping() types.AttributeValue {
	n, _ := d.count(minEntry)
	values := make(map[string]types.AttributeValue, n)
	for range n {
		_, _ = d.tag()
		key := d.string()
		values[key] = d.value()
	}
	return &types.AttributeValueMemberM{Value: values}
}
