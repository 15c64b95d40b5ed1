package memdb

import (
	"regexp"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

// expressions holds what the expressions of one request share: what stands
// behind placeholders and which of them were used.
type expressions struct {
	names      map[string]string
	values     item
	usedNames  map[string]bool
	usedValues map[string]bool
	keys       []keyAttribute // paths must not lead into these
}

var (
	namePlaceholder  = regexp.MustCompile(`^#[A-Za-z0-9_]+$`)
	valuePlaceholder = regexp.MustCompile(`^:[A-Za-z0-9_]+$`)
)

// newExpressions checks and normalizes the placeholders of a request that has
// these expressions, of which nil ones are absent.
func newExpressions(names map[string]string, values item, t *table, present ...*string) (*expressions, error) {
	none := !slices.ContainsFunc(present, func(e *string) bool { return e != nil })
	switch {
	case names != nil && none:
		return nil, validation("ExpressionAttributeNames can only be specified when using expressions")
	case values != nil && none:
		return nil, validation("ExpressionAttributeValues can only be specified when using expressions")
	case names != nil && len(names) == 0:
		return nil, validation("ExpressionAttributeNames must not be empty")
	case values != nil && len(values) == 0:
		return nil, validation("ExpressionAttributeValues must not be empty")
	}
	for placeholder, name := range names {
		if !namePlaceholder.MatchString(placeholder) {
			return nil, validation("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", placeholder)
		}
		if name == "" || len(name) > maxName {
			return nil, validation("ExpressionAttributeNames contains invalid value: Empty attribute name or one that is too long for key %s", placeholder)
		}
	}
	for placeholder, v := range values {
		if !valuePlaceholder.MatchString(placeholder) {
			return nil, validation("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", placeholder)
		}
		if err := normalize(v); err != nil {
			return nil, validation("ExpressionAttributeValues contains invalid value: %v for key %s", err, placeholder)
		}
	}
	e := &expressions{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}
	e.keys = t.primary.keys.all()
	for _, index := range t.sortedIndexes() {
		e.keys = append(e.keys, index.keys.all()...)
	}
	return e, nil
}

// checkAllUsed refuses placeholders that no expression used.
func (e *expressions) checkAllUsed() error {
	for placeholder := range e.names {
		if !e.usedNames[placeholder] {
			return validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", placeholder)
		}
	}
	for placeholder := range e.values {
		if !e.usedValues[placeholder] {
			return validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", placeholder)
		}
	}
	return nil
}

// binder gives the tree of one expression its values and checks what only they
// and the schema tell.
type binder struct {
	*expressions
	parameter string // the request parameter that holds the expression
}

func (b *binder) invalid(format string, args ...any) error {
	return validation("Invalid "+b.parameter+": "+format, args...)
}

// note takes what the parser tells of an expression: the error, or what it
// uses.
func (b *binder) note(uses *expression.Uses, err error) error {
	if err != nil {
		return b.invalid("%v", err)
	}
	for placeholder := range uses.Names {
		b.usedNames[placeholder] = true
	}
	for _, use := range uses.Attributes {
		if err := b.checkScalarKey(use.Path); err != nil {
			return err
		}
	}
	return nil
}

func (b *binder) checkScalarKey(p expression.Path) error {
	isKey := func(a keyAttribute) bool { return a.name == p.Attribute() }
	if len(p) > 1 && slices.ContainsFunc(b.keys, isKey) {
		return validation("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", p.Attribute())
	}
	return nil
}

func (b *binder) value(placeholder expression.Value) (*valueOperand, error) {
	v, ok := b.values[string(placeholder)]
	if !ok {
		return nil, b.invalid("An expression attribute value used in expression is not defined; attribute value: %s", placeholder)
	}
	b.usedValues[string(placeholder)] = true
	return &valueOperand{v}, nil
}

// pathsOf returns the paths that an expression uses.
func pathsOf(uses *expression.Uses) []path {
	var paths []path
	for _, use := range uses.Attributes {
		paths = append(paths, path(use.Path))
	}
	return paths
}
