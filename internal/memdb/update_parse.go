package memdb

// update is a parsed update expression: what each section does, in order.
type update struct {
	sets    []assignment
	removes []path
	adds    []assignment // the values are numbers or sets
	deletes []assignment // the values are sets
}

type assignment struct {
	path  path
	value setValue
}

// setValue is a value that an update computes from the item.
type setValue interface {
	compute(it item) (value, error)
}

type (
	setOperand  struct{ operand operand }
	ifNotExists struct {
		path     path
		fallback setValue
	}
	listAppend struct{ first, second setValue }
	sum        struct {
		minus       bool
		left, right setValue
	}
)

// update parses an update expression. An absent one changes nothing.
func (e *expressions) update(text *string) (*update, error) {
	u := &update{}
	if text == nil {
		return u, nil
	}
	p, err := e.parser("UpdateExpression", *text)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for p.peek().kind != tokenEnd {
		section, parse := p.section(u)
		if section == "" {
			return nil, p.unexpected()
		}
		if seen[section] {
			return nil, p.invalid("The %q section can only be used once in an update expression;", section)
		}
		seen[section] = true
		if err := p.commaSeparated(parse); err != nil {
			return nil, err
		}
	}
	return u, checkDisjoint("UpdateExpression", u.paths())
}

// section takes the keyword of a section and returns it with the parser for
// its elements.
func (p *parser) section(u *update) (string, func() error) {
	switch {
	case p.acceptKeyword("SET"):
		return "SET", func() error { return p.setAction(u) }
	case p.acceptKeyword("REMOVE"):
		return "REMOVE", func() error {
			target, err := p.path()
			u.removes = append(u.removes, target)
			return err
		}
	case p.acceptKeyword("ADD"):
		return "ADD", func() error { return p.valueAction(&u.adds, "ADD", "N", "SS", "NS", "BS") }
	case p.acceptKeyword("DELETE"):
		return "DELETE", func() error { return p.valueAction(&u.deletes, "DELETE", "SS", "NS", "BS") }
	}
	return "", nil
}

func (p *parser) commaSeparated(parse func() error) error {
	for {
		if err := p.countOperator(); err != nil {
			return err
		}
		if err := parse(); err != nil {
			return err
		}
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) setAction(u *update) error {
	target, err := p.path()
	if err != nil {
		return err
	}
	if err := p.expect("="); err != nil {
		return err
	}
	v, err := p.setSum()
	u.sets = append(u.sets, assignment{target, v})
	return err
}

// setSum parses a value or the sum or difference of two.
func (p *parser) setSum() (setValue, error) {
	left, err := p.setValue()
	if err != nil {
		return nil, err
	}
	minus := p.peek().is("-")
	if !p.accept("+") && !p.accept("-") {
		return left, nil
	}
	right, err := p.setValue()
	if err != nil {
		return nil, err
	}
	return &sum{minus, left, right}, p.checkSetTypes("+ or -", "N", left, right)
}

func (p *parser) setValue() (setValue, error) {
	t := p.peek()
	switch {
	case p.accept("("):
		v, err := p.setSum()
		if err != nil {
			return nil, err
		}
		return v, p.expect(")")
	case t.kind == tokenWord && p.tokens[p.next+1].is("("):
		return p.setFunction()
	case t.kind == tokenValue:
		v, err := p.value()
		return &setOperand{v}, err
	}
	from, err := p.path()
	return &setOperand{&pathOperand{from}}, err
}

func (p *parser) setFunction() (setValue, error) {
	name := p.take().text
	if name != "if_not_exists" && name != "list_append" {
		return nil, p.invalid("Invalid function name, or the function is not allowed in an update expression; function: %s", name)
	}
	p.take()
	first, err := p.setValue()
	if err != nil {
		return nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	second, err := p.setValue()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if name == "list_append" {
		return &listAppend{first, second}, p.checkSetTypes(name, "L", first, second)
	}
	operand, _ := first.(*setOperand)
	if operand != nil {
		if from, ok := operand.operand.(*pathOperand); ok {
			return &ifNotExists{from.path, second}, nil
		}
	}
	return nil, p.invalid("Operator or function requires a document path; operator or function: if_not_exists")
}

// checkSetTypes checks the operands whose type is known without an item.
func (p *parser) checkSetTypes(operator, allowed string, values ...setValue) error {
	for _, v := range values {
		if o, ok := v.(*setOperand); ok {
			if err := p.checkTypes(operator, []operand{o.operand}, []string{allowed}); err != nil {
				return err
			}
		}
	}
	return nil
}

// valueAction parses an element of an ADD or DELETE section.
func (p *parser) valueAction(actions *[]assignment, section string, allowed ...string) error {
	target, err := p.path()
	if err != nil {
		return err
	}
	if p.peek().kind != tokenValue {
		return p.unexpected()
	}
	v, err := p.value()
	if err != nil {
		return err
	}
	*actions = append(*actions, assignment{target, &setOperand{v}})
	return p.checkTypes(section, []operand{v}, allowed)
}

// paths returns everything that the update changes.
func (u *update) paths() []path {
	var paths []path
	for _, actions := range [][]assignment{u.sets, u.adds, u.deletes} {
		for _, a := range actions {
			paths = append(paths, a.path)
		}
	}
	return append(paths, u.removes...)
}
