// Package expression parses DynamoDB's condition, filter, key condition,
// projection and update expressions. It needs neither a table nor values:
// value placeholders stay what they are.
//
// [Condition], [Update] and [Projection] say which attributes an expression
// uses, and how. [ParseCondition] and [ParseUpdate] return its tree as well,
// for those who evaluate it.
//
// The grammar is the service's: what it refuses without looking at values or
// at the schema of a table is refused here, within the same limits.
package expression

// Role says what an expression does with an attribute.
type Role int

const (
	// Compared is an attribute whose value matters: an operand of a comparison,
	// BETWEEN, IN, size, contains, begins_with or attribute_type.
	Compared Role = iota
	// Existence is the operand of attribute_exists or attribute_not_exists.
	Existence
	// Written is the target of an update. ADD and DELETE read it, too.
	Written
	// Read is what an update computes a value from, including the path of
	// if_not_exists.
	Read
	// Projected is a path of a projection.
	Projected
)

// Use is one use of an attribute by an expression.
type Use struct {
	Path Path
	Role Role
	// In is the innermost operator, function or section that the path stands
	// in, as DynamoDB's documentation writes it: "=", "<>", "BETWEEN", "IN",
	// "size", "attribute_exists", "SET", "ADD", "+", "if_not_exists" and so
	// on. It is empty for projections.
	In string
}

// Uses is what an expression uses.
type Uses struct {
	// Attributes holds one use for each path of the text, in its order.
	Attributes []Use
	// Names and Values hold the placeholders (#n, :v) of the text.
	Names, Values map[string]bool
}

// Condition returns what a condition, filter or key condition expression uses.
// The names are those behind its #placeholders. An expression that is refused
// is a [*SyntaxError].
func Condition(text string, names map[string]string) (*Uses, error) {
	_, uses, err := ParseCondition(text, names)
	return uses, err
}

// Update returns what an update expression uses. The names are those behind its
// #placeholders. An expression that is refused is a [*SyntaxError].
func Update(text string, names map[string]string) (*Uses, error) {
	_, uses, err := ParseUpdate(text, names)
	return uses, err
}

// Projection returns what a projection expression uses: one path for each
// element. The names are those behind its #placeholders. An expression that is
// refused is a [*SyntaxError].
func Projection(text string, names map[string]string) (*Uses, error) {
	return parse(text, names, (*parser).projection)
}

// ParseCondition is [Condition] that also returns the tree.
func ParseCondition(text string, names map[string]string) (root Predicate, uses *Uses, err error) {
	uses, err = parse(text, names, func(p *parser) (err error) {
		root, err = p.condition()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return root, uses, nil
}

// ParseUpdate is [Update] that also returns what the sections do.
func ParseUpdate(text string, names map[string]string) (*Actions, *Uses, error) {
	actions := &Actions{}
	uses, err := parse(text, names, func(p *parser) error { return p.update(actions) })
	if err != nil {
		return nil, nil, err
	}
	return actions, uses, nil
}
