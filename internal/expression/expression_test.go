package expression_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

// names stand behind the placeholders of all tests.
var names = map[string]string{
	"#a": "a", "#a2": "a", "#dot": "a.b", "#name": "name", "#size": "size", "#1_": "first", "#sig": "*amzn-ddb-map-sig*", "#u": "größe 😀", "#empty": "",
}

var roles = map[expression.Role]string{
	expression.Compared: "compared", expression.Existence: "existence", expression.Written: "written",
	expression.Read: "read", expression.Projected: "projected",
}

// show writes each use as role, operator and steps.
func show(uses *expression.Uses) []string {
	shown := []string{}
	for _, use := range uses.Attributes {
		shown = append(shown, fmt.Sprintf("%s %s %v", roles[use.Role], use.In, use.Path))
	}
	return shown
}

type accepted struct {
	text string
	want []string
}

func testAccepted(t *testing.T, parse func(string, map[string]string) (*expression.Uses, error), tests []accepted) {
	for _, test := range tests {
		t.Run(title(test.text)+" is accepted", func(t *testing.T) {
			uses, err := parse(test.text, names)
			require.NoError(t, err)
			assert.Equal(t, test.want, show(uses))
		})
	}
}

type refused struct{ text, reason string }

func testRefused(t *testing.T, parse func(string, map[string]string) (*expression.Uses, error), tests []refused) {
	for _, test := range tests {
		t.Run(title(test.text)+" is refused", func(t *testing.T) {
			uses, err := parse(test.text, names)
			assert.Nil(t, uses)
			var refusal *expression.SyntaxError
			require.ErrorAs(t, err, &refusal)
			assert.Contains(t, refusal.Reason, test.reason)
			assert.EqualError(t, err, refusal.Reason)
		})
	}
}

func title(text string) string {
	if len(text) > 60 {
		return text[:60] + "…"
	}
	return text
}

// Reasons of refusals.
const (
	syntax      = "Syntax error"
	reserved    = "reserved keyword"
	undefined   = "not defined"
	parentheses = "redundant parentheses"
	distinct    = "must be distinct"
	operands    = "number of operands"
	operandType = "operand type"
	needsPath   = "requires a document path"
	noFunction  = "Invalid function name"
	notHere     = "not allowed to be used this way"
	overlap     = "overlap"
	conflict    = "conflict"
	tooMany     = "too many operators"
	tooLong     = "maximum allowed size"
	tooDeep     = "too many nesting levels"
	empty       = "empty"
	badIndex    = "allowable range"
)

func TestPlaceholdersAreReported(t *testing.T) {
	for _, test := range []struct {
		name   string
		parse  func(string, map[string]string) (*expression.Uses, error)
		text   string
		names  map[string]bool
		values map[string]bool
	}{
		{"of a condition", expression.Condition, "#a = :v AND begins_with(b.#name, :v) OR #a2 IN (:1_, :w)", map[string]bool{"#a": true, "#name": true, "#a2": true}, map[string]bool{":v": true, ":1_": true, ":w": true}},
		{"of an update", expression.Update, "SET #a = if_not_exists(#name, :v) + :w DELETE b :x", map[string]bool{"#a": true, "#name": true}, map[string]bool{":v": true, ":w": true, ":x": true}},
		{"of a projection", expression.Projection, "#dot, b[1].#u", map[string]bool{"#dot": true, "#u": true}, map[string]bool{}},
		{"of which there are none", expression.Condition, "attribute_exists(a)", map[string]bool{}, map[string]bool{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			uses, err := test.parse(test.text, names)
			require.NoError(t, err)
			assert.Equal(t, test.names, uses.Names)
			assert.Equal(t, test.values, uses.Values)
		})
	}
}

func TestPathsTellTheirSteps(t *testing.T) {
	uses, err := expression.Condition("attribute_exists(a.b) AND attribute_exists(#dot) AND attribute_exists(b[7].#dot)", names)
	require.NoError(t, err)
	require.Len(t, uses.Attributes, 3)
	for i, want := range []expression.Path{
		{{Name: "a", Index: -1}, {Name: "b", Index: -1}},
		{{Name: "a.b", Index: -1}},
		{{Name: "b", Index: -1}, {Index: 7}, {Name: "a.b", Index: -1}},
	} {
		assert.Equal(t, want, uses.Attributes[i].Path)
	}
	assert.Equal(t, "a", uses.Attributes[0].Path.Attribute())
	assert.Equal(t, "a.b", uses.Attributes[1].Path.Attribute())
	assert.Equal(t, "b", uses.Attributes[2].Path.Attribute())
}

func TestNoNamesAreNoMap(t *testing.T) {
	_, err := expression.Condition("attribute_exists(a)", nil)
	require.NoError(t, err)
	_, err = expression.Condition("attribute_exists(#a)", nil)
	assert.ErrorContains(t, err, "#a")
}

func TestTreesHoldWhatTheTextSays(t *testing.T) {
	a, b := expression.Path{{Name: "a", Index: -1}}, expression.Path{{Name: "b", Index: -1}}
	t.Run("AND binds more than OR, and NOT more than both", func(t *testing.T) {
		root, _, err := expression.ParseCondition("a = :v OR NOT b < :w AND size(a) IN (:v, b)", nil)
		require.NoError(t, err)
		assert.Equal(t, &expression.Or{
			Left: &expression.Comparison{Operator: "=", Left: a, Right: expression.Value(":v")},
			Right: &expression.And{
				Left:  &expression.Not{Predicate: &expression.Comparison{Operator: "<", Left: b, Right: expression.Value(":w")}},
				Right: &expression.In{Operand: &expression.Size{Of: a}, List: []expression.Operand{expression.Value(":v"), b}},
			},
		}, root)
	})
	t.Run("operators of one kind are joined from the left", func(t *testing.T) {
		exists := &expression.Function{Name: "attribute_exists", Operands: []expression.Operand{a}}
		between := &expression.Between{Operand: a, Low: expression.Value(":v"), High: b}
		root, _, err := expression.ParseCondition("attribute_exists(a) AND a BETWEEN :v AND b AND attribute_exists(a)", nil)
		require.NoError(t, err)
		assert.Equal(t, &expression.And{Left: &expression.And{Left: exists, Right: between}, Right: exists}, root)
	})
	t.Run("an update keeps the order within its sections", func(t *testing.T) {
		c, d := expression.Path{{Name: "c", Index: -1}}, expression.Path{{Name: "d", Index: -1}}
		actions, _, err := expression.ParseUpdate("REMOVE d SET b = list_append(a, :l), a = :n - if_not_exists(a, :n) ADD c :n", nil)
		require.NoError(t, err)
		assert.Equal(t, &expression.Actions{
			Sets: []expression.Assignment{
				{Path: b, Value: &expression.ListAppend{First: a, Second: expression.Value(":l")}},
				{Path: a, Value: &expression.Sum{Minus: true, Left: expression.Value(":n"), Right: &expression.IfNotExists{Path: a, Fallback: expression.Value(":n")}}},
			},
			Removes: []expression.Path{d},
			Adds:    []expression.Combination{{Path: c, Value: ":n"}},
		}, actions)
		assert.Equal(t, []expression.Path{b, a, c, d}, actions.Paths())
	})
}

func TestErrorsShowNoWordsAndNumbersThatMayBeValues(t *testing.T) {
	for _, text := range []string{"pin = 4929123456", "contains(email, 4929123456)", "email = alice smith", "email = 'alice'", "email alice"} {
		_, err := expression.Condition(text, nil)
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "4929", text)
		assert.NotContains(t, err.Error(), "alice", text)
	}
}
