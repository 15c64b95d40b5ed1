package interop

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// valueKinds are the ten types of DynamoDB.
var valueKinds = []string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

// valueGenerator makes attribute values as encoding/json wants them: a map of one type to its content,
// with binaries as []byte.
type valueGenerator struct {
	rnd     *rand.Rand
	clients Clients
	// runes is what the current item's texts are made of.
	runes []runeRange
}

type runeRange struct{ first, last rune }

var (
	ordinaryRunes = []runeRange{{'a', 'z'}, {'a', 'z'}, {'A', 'Z'}, {' ', '~'}, {0xA0, 0x24F}, {0x370, 0x3FF}, {0x4E00, 0x9FFF}, {0x300, 0x36F}, {1, 0x1F}}
	// Code units order higherRunes before upperRunes, code points after them.
	upperRunes  = runeRange{0xE000, 0xFFFF}
	higherRunes = runeRange{0x10000, 0x10FFFF}
)

// newItem chooses the characters of the next item.
func (g *valueGenerator) newItem() {
	g.runes = append([]runeRange(nil), ordinaryRunes...)
	switch {
	case g.clients.Java && g.clients.Python:
		g.runes = append(g.runes, pick(g.rnd, upperRunes, higherRunes))
	case g.rnd.IntN(3) == 0:
		g.runes = []runeRange{upperRunes, higherRunes}
	default:
		g.runes = append(g.runes, upperRunes, higherRunes)
	}
}

// ofKind makes a value of one type; depth is how many lists and maps it is in.
func (g *valueGenerator) ofKind(kind string, depth int) map[string]any {
	var content any
	switch kind {
	case "S":
		content = g.text()
	case "N":
		content = g.number()
	case "B":
		content = g.bytes(pick(g.rnd, 0, 1, 15, 16, 17, g.rnd.IntN(200)))
	case "BOOL":
		content = g.rnd.IntN(2) == 0
	case "NULL":
		content = true
	case "SS":
		content = set(g.rnd, g.text, identity)
	case "NS":
		content = set(g.rnd, g.number, mustNormalNumber)
	case "BS":
		content = g.binarySet()
	case "L":
		content = g.list(depth)
	case "M":
		content = g.mapping(depth)
	}
	return map[string]any{kind: content}
}

// key makes a value of a type that a key attribute can have, not empty.
func (g *valueGenerator) key() map[string]any {
	switch g.rnd.IntN(3) {
	case 0:
		return map[string]any{"N": g.number()}
	case 1:
		return map[string]any{"B": g.bytes(1 + g.rnd.IntN(40))}
	default:
		return map[string]any{"S": g.name()}
	}
}

// large makes a value that takes an item near DynamoDB's limit of 400 KB.
func (g *valueGenerator) large() map[string]any {
	const size = 390_000
	switch g.rnd.IntN(3) {
	case 0:
		return map[string]any{"B": g.bytes(size)}
	case 1:
		return map[string]any{"S": strings.Repeat("größe 😀 ", size/len("größe 😀 "))}
	default:
		elements := make([]any, 0, size/20)
		for range size / 20 {
			elements = append(elements, map[string]any{"N": strconv.FormatUint(g.rnd.Uint64(), 10)})
		}
		return map[string]any{"L": elements}
	}
}

// maxDepth is how deeply DynamoDB lets lists and maps be nested.
const maxDepth = 32

func (g *valueGenerator) nested(depth int) map[string]any {
	kinds := valueKinds
	if depth >= 4 {
		kinds = valueKinds[:8]
	}
	return g.ofKind(pick(g.rnd, kinds...), depth)
}

func (g *valueGenerator) list(depth int) []any {
	if depth == 0 && g.rnd.IntN(20) == 0 {
		return g.deep()
	}
	elements := []any{}
	for range g.rnd.IntN(5) {
		elements = append(elements, g.nested(depth+1))
	}
	return elements
}

// deep makes the content of a list that has as many levels as DynamoDB allows.
func (g *valueGenerator) deep() []any {
	value := g.ofKind("S", maxDepth)
	for level := maxDepth - 1; level > 1; level-- {
		if level%2 == 0 {
			value = map[string]any{"M": map[string]any{g.name(): value}}
		} else {
			value = map[string]any{"L": []any{value}}
		}
	}
	return []any{value}
}

func (g *valueGenerator) mapping(depth int) map[string]any {
	members := map[string]any{}
	for range g.rnd.IntN(6) {
		members[g.name()] = g.nested(depth + 1)
	}
	return members
}

func (g *valueGenerator) binarySet() [][]byte {
	member := func() string { return string(g.bytes(g.rnd.IntN(20))) }
	if g.clients.Java && g.clients.Python {
		member = func() string { return g.ascii(g.rnd.IntN(20)) }
	}
	members := [][]byte{}
	for _, m := range set(g.rnd, member, identity) {
		members = append(members, []byte(m))
	}
	return members
}

// set makes one to six members that differ in what they mean.
func set(rnd *rand.Rand, member func() string, meaning func(string) string) []string {
	seen := map[string]bool{}
	members := []string{}
	for range 1 + rnd.IntN(6) {
		m := member()
		if !seen[meaning(m)] {
			seen[meaning(m)] = true
			members = append(members, m)
		}
	}
	return members
}

func identity(s string) string { return s }

// mustNormalNumber is for numbers that the generator made itself.
func mustNormalNumber(text string) string {
	normal, err := normalNumber(text)
	if err != nil {
		return text
	}
	return normal
}

// name makes an attribute name or map key: not empty, at most 255 bytes, now and then long.
func (g *valueGenerator) name() string {
	return g.characters(pick(g.rnd, 1, 1+g.rnd.IntN(4), 1+g.rnd.IntN(12), 1+g.rnd.IntN(60)))
}

func (g *valueGenerator) text() string {
	return g.characters(pick(g.rnd, 0, g.rnd.IntN(5), g.rnd.IntN(30), g.rnd.IntN(300)))
}

func (g *valueGenerator) characters(count int) string {
	var text strings.Builder
	for range count {
		r := pick(g.rnd, g.runes...)
		text.WriteRune(r.first + rune(g.rnd.IntN(int(r.last-r.first)+1)))
	}
	return text.String()
}

func (g *valueGenerator) ascii(count int) string {
	text := make([]byte, count)
	for i := range text {
		text[i] = byte(g.rnd.IntN(0x80))
	}
	return string(text)
}

func (g *valueGenerator) bytes(count int) []byte {
	b := make([]byte, count)
	for i := range b {
		b[i] = byte(g.rnd.UintN(256))
	}
	return b
}
