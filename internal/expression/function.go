package expression

// operandCount says how many operands each function of a condition takes.
var operandCount = map[string]int{
	"attribute_exists":     1,
	"attribute_not_exists": 1,
	"attribute_type":       2,
	"begins_with":          2,
	"contains":             2,
	"size":                 1,
}

// function reads a function, whose name and parenthesis come next.
func (p *parser) function() (node, error) {
	since := p.used()
	name := p.take().text
	count, ok := operandCount[name]
	if !ok {
		return nil, refuse("Invalid function name; function: %s", name)
	}
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	p.take()
	operands, err := p.operands()
	if err != nil {
		return nil, err
	}
	if len(operands) != count {
		return nil, refuse("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(operands))
	}
	if err := checkDistinct(name, operands[0], operands[1:]); err != nil {
		return nil, err
	}
	if err := checkFunction(name, operands); err != nil {
		return nil, err
	}
	role := Compared
	if name == "attribute_exists" || name == "attribute_not_exists" {
		role = Existence
	}
	p.mark(since, role, name)
	if name == "size" {
		return &Size{operands[0]}, nil
	}
	return &Function{name, operands}, nil
}

// checkFunction refuses kinds of operands that a function does not take.
func checkFunction(name string, operands []Operand) error {
	switch name {
	case "attribute_exists", "attribute_not_exists":
		if _, ok := operands[0].(Path); !ok {
			return refuse("Operator or function requires a document path; operator or function: %s", name)
		}
	case "attribute_type":
		if _, ok := operands[1].(Value); !ok {
			return refuse("Incorrect operand type for operator or function; operator or function: attribute_type: the type must be an expression attribute value")
		}
	case "begins_with", "size":
		for _, o := range operands {
			if _, ok := o.(*Size); ok {
				return refuse("Incorrect operand type for operator or function; operator or function: %s, operand type: N", name)
			}
		}
	}
	return nil
}
