package sequence

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// placeholders are the names and values of the expressions of one request.
type placeholders struct {
	*generator
	names  map[string]string
	values crypto.Item
}

func (g *generator) placeholders() *placeholders {
	p := &placeholders{generator: g}
	if g.percent(1) {
		p.name(plan) // that no expression uses, perhaps
	}
	return p
}

// sentNames and sentValues are copies for one request.
func (p *placeholders) sentNames() map[string]string { return maps.Clone(p.names) }
func (p *placeholders) sentValues() crypto.Item      { return clone(p.values) }

// needPlaceholders are reserved words of DynamoDB.
var needPlaceholders = map[string]bool{plan: true, level: true, views: true}

// name writes a name, or a placeholder for it.
func (p *placeholders) name(attribute string) string {
	if !needPlaceholders[attribute] && p.percent(50) {
		return attribute
	}
	for placeholder, name := range p.names {
		if name == attribute {
			return placeholder
		}
	}
	if p.names == nil {
		p.names = map[string]string{}
	}
	placeholder := fmt.Sprintf("#n%d", len(p.names))
	p.names[placeholder] = attribute
	return placeholder
}

func (p *placeholders) value(v types.AttributeValue) string {
	if p.values == nil {
		p.values = crypto.Item{}
	}
	placeholder := fmt.Sprintf(":v%d", len(p.values))
	p.values[placeholder] = v
	return placeholder
}

// path is where a value is: an attribute, or what is in it.
type path []string

func (p *placeholders) path(at path) string {
	text := p.name(at[0])
	for _, step := range at[1:] {
		if step[0] == '[' {
			text += step
		} else {
			text += "." + p.name(step)
		}
	}
	return text
}

var (
	seen    = path{notes, "seen"}
	history = path{notes, "history"}
)

// readable returns a random place whose value DynamoDB sees, and a value that it can be compared with.
func (p *placeholders) readable() (path, types.AttributeValue) {
	switch p.IntN(9) {
	case 0:
		return path{partitionKey}, p.id()
	case 1:
		return path{sortKey}, p.created()
	case 2:
		return path{plan}, p.plan()
	case 3:
		return path{level}, p.level()
	case 4:
		return path{tags}, p.tags()
	case 5:
		return path{views}, num(p.IntN(100))
	case 6:
		return path{marks}, p.marks()
	case 7:
		return seen, num(p.IntN(10))
	}
	return append(slices.Clone(history), "[0]"), num(p.IntN(10))
}

// condition is a random condition or filter expression.
func (p *placeholders) condition(depth int) string {
	if depth == 2 || p.percent(60) {
		return p.leaf()
	}
	switch p.IntN(4) {
	case 0:
		return "NOT " + inParentheses(p.condition(depth+1))
	case 1:
		return "(" + p.leaf() + ")"
	}
	return inParentheses(p.condition(depth+1)) + pick(p.generator, " AND ", " OR ", " and ") + p.leaf()
}

func (p *placeholders) leaf() string {
	at, v := p.readable()
	switch p.IntN(12) {
	case 0, 1, 2, 3:
		return p.path(at) + " " + pick(p.generator, "=", "<>", "<", "<=", ">", ">=") + " " + p.value(v)
	case 4:
		_, other := p.readable()
		return p.path(at) + " IN (" + p.value(v) + ", " + p.value(other) + ")"
	case 5:
		return p.name(level) + " BETWEEN " + p.value(num(p.IntN(2))) + " AND " + p.value(num(1+p.IntN(5)))
	case 6:
		return "begins_with(" + p.name(plan) + ", " + p.value(str(pick(p.generator, "f", "g"))) + ")"
	case 7:
		return "contains(" + p.name(tags) + ", " + p.value(str(pick(p.generator, "home", "blue"))) + ")"
	case 8:
		return "size(" + p.name(pick(p.generator, plan, tags, notes)) + ") > " + p.value(num(p.IntN(5)))
	case 9:
		return "attribute_type(" + p.path(at) + ", " + p.value(str(pick(p.generator, "S", "N", "SS", "NS", "M"))) + ")"
	}
	// Whether an attribute exists does not depend on encryption.
	return pick(p.generator, "attribute_exists(", "attribute_not_exists(") +
		p.name(pick(p.generator, email, address, phone, partitionKey, plan, views, "absent")) + ")"
}

// maybeCondition is the condition of a write, or nothing.
func (p *placeholders) maybeCondition(percent int) string {
	if !p.percent(percent) {
		return ""
	}
	return p.condition(0)
}

// update is a random update expression on attributes that are neither encrypted nor signed, or nothing.
func (p *placeholders) update() string {
	if p.percent(4) {
		return ""
	}
	clauses := map[string][]string{}
	add := func(clause, action string) { clauses[clause] = append(clauses[clause], action) }
	if p.percent(60) {
		add(p.updateViews())
	}
	if p.percent(50) {
		add(p.updateNotes())
	}
	if p.percent(40) || len(clauses) == 0 {
		switch p.IntN(3) {
		case 0:
			add("REMOVE", p.name(marks))
		case 1:
			add("ADD", p.name(marks)+" "+p.value(p.marks()))
		default:
			add("DELETE", p.name(marks)+" "+p.value(p.marks()))
		}
	}
	var text []string
	for _, clause := range []string{"SET", "REMOVE", "ADD", "DELETE"} {
		if len(clauses[clause]) > 0 {
			text = append(text, clause+" "+strings.Join(clauses[clause], ", "))
		}
	}
	return strings.Join(text, " ")
}

func (p *placeholders) updateViews() (clause, action string) {
	name := p.name(views)
	switch p.IntN(6) {
	case 0:
		return "SET", name + " = " + p.value(num(p.IntN(100)))
	case 1:
		return "SET", name + " = " + name + " + " + p.value(num(1)) // fails without views
	case 2:
		return "SET", name + " = if_not_exists(" + name + ", " + p.value(num(0)) + ") - " + p.value(num(2))
	case 3:
		return "SET", name + " = " + p.name(level) // what is only signed may be read
	case 4:
		return "REMOVE", name
	}
	return "ADD", name + " " + p.value(num(3))
}

func (p *placeholders) updateNotes() (clause, action string) {
	switch p.IntN(6) {
	case 0:
		return "SET", p.name(notes) + " = " + p.value(p.notes())
	case 1:
		return "SET", p.path(seen) + " = " + p.value(num(p.IntN(10))) // fails without notes
	case 2:
		one := &types.AttributeValueMemberL{Value: []types.AttributeValue{num(p.IntN(10))}}
		return "SET", p.path(history) + " = list_append(" + p.path(history) + ", " + p.value(one) + ")"
	case 3:
		return "REMOVE", p.path(history) + "[0], " + p.path(seen)
	case 4:
		return "SET", p.name(notes) + " = " + p.name(tags)
	}
	return "SET", p.name(notes) + " = " + p.value(p.notes()) + ", " + p.path(seen) + " = " + p.value(num(1)) // refused: they overlap
}

// projection is a projection expression with all attributes that can be signed, or nothing.
func (p *placeholders) projection() string {
	if p.actions.Default != crypto.DoNothing || !p.percent(30) {
		return ""
	}
	var paths []string
	for _, name := range append(some(p.generator, views, marks), protected...) {
		paths = append(paths, p.name(name))
	}
	if p.percent(50) {
		paths = append(paths, p.path(seen))
	}
	return strings.Join(paths, pick(p.generator, ",", ", "))
}

// optional is nil for no text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
