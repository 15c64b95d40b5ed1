package memdb

import (
	"crypto/sha256"
	"slices"
	"strings"
)

// keyAttribute is one attribute of a key.
type keyAttribute struct {
	name string
	kind string // S, N or B
}

// keySchema is the key of a table or an index. Tables have one hash attribute
// and at most one sort attribute, global secondary indexes up to four of each.
type keySchema struct {
	hash []keyAttribute
	sort []keyAttribute
}

func (k keySchema) all() []keyAttribute { return slices.Concat(k.hash, k.sort) }

func (k keySchema) has(name string) bool {
	return slices.ContainsFunc(k.all(), func(a keyAttribute) bool { return a.name == name })
}

// A position is where a row stands in a table or index: eight bytes of a hash
// of the hash attributes, so that partitions are spread and a segment of a
// scan is a range; then every key attribute, encoded so that the order of the
// bytes is the order of the values. Query conditions become ranges of
// positions.

// position returns where an item stands under this key; false if the item does
// not have all of its attributes.
func (k keySchema) position(it item) (string, bool) {
	partition, ok := appendAttributes(nil, it, k.hash)
	if !ok {
		return "", false
	}
	position, ok := appendAttributes(hashed(partition), it, k.sort)
	return string(position), ok
}

// hashed returns a partition's bytes behind their hash.
func hashed(partition []byte) []byte {
	sum := sha256.Sum256(partition)
	return append(sum[:8:8], partition...)
}

func appendAttributes(dst []byte, it item, attributes []keyAttribute) ([]byte, bool) {
	for _, a := range attributes {
		v := it[a.name]
		if v == nil || typeName(v) != a.kind {
			return nil, false
		}
		dst = appendComponent(dst, sortable(v))
	}
	return dst, true
}

// Zero bytes within a component are written as 00 FF and its end as 00 01: no
// component is a prefix of another one, and a shorter one comes first.
const componentEnd = "\x00\x01"

func appendComponent(dst []byte, sortable string) []byte {
	return append(append(dst, escape(sortable)...), componentEnd...)
}

func escape(sortable string) string { return strings.ReplaceAll(sortable, "\x00", "\x00\xff") }

// after returns the first position behind all that start with prefix, or ""
// if there is none.
func after(prefix string) string {
	end := []byte(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return string(end[:i+1])
		}
	}
	return ""
}

// sortable returns bytes that are in the order of the scalar values.
func sortable(v value) string {
	switch v := v.(type) {
	case *stringV:
		return v.Value
	case *binaryV:
		return string(v.Value)
	case *numberV:
		return sortableNumber(v.Value)
	}
	return ""
}

// sortableNumber turns a number in normal notation into its sign, its exponent
// and its digits. Those of a negative number are complemented and end in FF,
// so that more digits mean less.
func sortableNumber(normal string) string {
	if normal == "0" {
		return "\x01"
	}
	digits, negative := strings.CutPrefix(normal, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	// The exponent is 0 for numbers from 0.1 to 1, -129 for 1E-130 and 126 for
	// 1E+125: with 129 added it is a byte.
	exponent := len(digits) - len(fraction) + 129
	digits = strings.TrimRight(digits, "0")
	encoded := append([]byte{2, byte(exponent)}, digits...)
	if !negative {
		return string(encoded)
	}
	for i := range encoded {
		encoded[i] = ^encoded[i]
	}
	encoded[0] = 0
	return string(append(encoded, 0xff))
}

func compareNumbers(a, b string) int {
	return strings.Compare(sortableNumber(a), sortableNumber(b))
}
