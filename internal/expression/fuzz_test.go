package expression_test

import (
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

var parsers = []func(string, map[string]string) (*expression.Uses, error){expression.Condition, expression.Update, expression.Projection}

func FuzzUses(f *testing.F) {
	for _, seed := range []string{
		"a = :v AND (NOT #a.b[0] IN (:v, size(c)) OR attribute_exists(#dot))", "x BETWEEN :v and :w", "contains(contains, :v)",
		"SET a = if_not_exists(b, :v) + c REMOVE d[1].#name ADD e :v DELETE #u :w", "SET a = list_append(:v, b)", "a, b.c, #dot[7]",
		"((a = :v))", "(((", "NOT NOT", "a[00]", "größe = :v", "#", ":", "a <> b", "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range parsers {
			checkUses(t, parse, text)
		}
	})
}

// TestUsesOfRandomExpressions is the same property of text that is more often
// an expression.
func TestUsesOfRandomExpressions(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	count := 0
	for range 20000 {
		for i, text := range []string{g.predicate(3), g.update(), g.path() + "," + g.path()} {
			if checkUses(t, parsers[i], g.mutate(text)) {
				count++
			}
		}
	}
	assert.Greater(t, count, 10000, "too few of the texts were expressions")
}

// checkUses compares what the parser reports with a scan of the tokens that
// knows no grammar. It reports whether the text is an expression.
func checkUses(t *testing.T, parse func(string, map[string]string) (*expression.Uses, error), text string) bool {
	uses, err := parse(text, names)
	if err != nil {
		require.Nil(t, uses, "%q", text)
		return false
	}
	want := scan(text)
	var steps, attributes []string
	for _, use := range uses.Attributes {
		attributes = append(attributes, use.Path.Attribute())
		require.Equal(t, use.Role == expression.Projected, use.In == "", "%q", text)
		for _, step := range use.Path {
			if step.IsName() {
				steps = append(steps, step.Name)
			}
		}
	}
	require.Equal(t, want.attributes, attributes, "%q", text)
	require.Equal(t, want.steps, steps, "%q", text)
	require.Equal(t, want.names, slices.Sorted(maps.Keys(uses.Names)), "%q", text)
	require.Equal(t, want.values, slices.Sorted(maps.Keys(uses.Values)), "%q", text)
	if spaced := strings.Join(want.tokens, "\n"); len(spaced) <= 4096 {
		again, err := parse(spaced, names)
		require.NoError(t, err, "%q", spaced)
		require.Equal(t, uses, again, "%q", spaced)
	}
	return true
}

type scanned struct {
	tokens            []string
	attributes, steps []string // names; steps include the attributes
	names, values     []string // placeholders
}

var (
	anyToken = regexp.MustCompile(`[A-Za-z]\w*|[#:]\w+|0|[1-9][0-9]*|<>|<=|>=|\S`)
	keyword  = regexp.MustCompile(`(?i)^(and|or|not|between|in|set|remove|add|delete)$`)
	word     = regexp.MustCompile(`^[A-Za-z]`)
)

func scan(text string) scanned {
	s := scanned{tokens: anyToken.FindAllString(text, -1)}
	for i, token := range s.tokens {
		name := token
		switch {
		case token[0] == ':':
			s.values = append(s.values, token)
			continue
		case token[0] == '#':
			s.names = append(s.names, token)
			name = names[token]
		case !word.MatchString(token), keyword.MatchString(token):
			continue
		case i+1 < len(s.tokens) && s.tokens[i+1] == "(": // a function
			continue
		}
		s.steps = append(s.steps, name)
		if i == 0 || s.tokens[i-1] != "." {
			s.attributes = append(s.attributes, name)
		}
	}
	for _, list := range []*[]string{&s.names, &s.values} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return s
}

// generator writes text that is an expression more often than not.
type generator struct{ *rand.Rand }

func (g generator) pick(from ...string) string { return from[g.IntN(len(from))] }

func (g generator) path() string {
	path := g.pick("a", "b", "c", "d", "e_1", "contains", "#a", "#dot", "#u")
	for g.IntN(4) == 0 {
		path += g.pick(".x", ".#name", "[0]", " . y", "[ 12 ]")
	}
	return path
}

func (g generator) operand(depth int) string {
	switch g.IntN(6 + depth) {
	case 0, 1, 2:
		return g.path()
	case 6:
		return "size(" + g.operand(0) + ")"
	case 7:
		return "(" + g.operand(0) + ")"
	}
	return g.pick(":v", ":w")
}

func (g generator) predicate(depth int) string {
	if depth > 0 {
		switch g.IntN(6) {
		case 0:
			return "(" + g.predicate(depth-1) + ")"
		case 1:
			return g.pick("NOT ", "not\n") + g.predicate(depth-1)
		case 2, 3:
			return g.predicate(depth-1) + g.pick(" AND ", " or ") + g.predicate(depth-1)
		}
	}
	switch g.IntN(6) {
	case 0:
		return g.operand(2) + " BETWEEN " + g.operand(2) + " and " + g.operand(2)
	case 1:
		return g.operand(2) + " In (" + g.operand(2) + "," + g.operand(2) + ")"
	case 2:
		return g.pick("attribute_exists(", "attribute_not_exists (") + g.path() + ")"
	case 3:
		return g.pick("contains", "begins_with", "attribute_type") + "(" + g.operand(1) + "," + g.operand(1) + ")"
	}
	return g.operand(2) + g.pick("=", " <> ", "<", " <= ", ">", ">=") + g.operand(2)
}

func (g generator) computed(depth int) string {
	if depth > 0 {
		switch g.IntN(6) {
		case 0:
			return "(" + g.computed(depth-1) + ")"
		case 1:
			return g.computed(depth-1) + g.pick("+", " - ") + g.computed(depth-1)
		case 2:
			return "if_not_exists(" + g.path() + ", " + g.computed(depth-1) + ")"
		case 3:
			return "list_append(" + g.computed(depth-1) + "," + g.computed(depth-1) + ")"
		}
	}
	return g.pick(g.path(), ":v")
}

func (g generator) update() string {
	var sections []string
	for range 1 + g.IntN(2) {
		sections = append(sections, g.pick(
			"REMOVE "+g.path()+", "+g.path(),
			"add "+g.path()+" :v",
			"DELETE "+g.path()+":w",
			"SET "+g.path()+" = "+g.computed(2),
			"Set "+g.path()+" = "+g.computed(2)+", "+g.path()+" = "+g.computed(1),
		))
	}
	return strings.Join(sections, " ")
}

// mutate breaks some of the texts.
func (g generator) mutate(text string) string {
	at := g.IntN(len(text))
	switch g.IntN(8) {
	case 0:
		return text[:at] + text[at+1:]
	case 1:
		return text[:at] + g.pick("(", ")", ",", ".", "[", "]", "=", "a", "0", ":", "#", "+", " ", " AND ", "é") + text[at:]
	}
	return text
}
