package expression_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

func TestUpdatesThatAreAccepted(t *testing.T) {
	testAccepted(t, expression.Update, []accepted{
		{"SET a = :v", []string{"written SET [a]"}},
		{"set\n#a=:v", []string{"written SET [a]"}},
		{"SET a.b[0] = c.d", []string{"written SET [a, b, [0]]", "read SET [c, d]"}},
		{"SET a = a", []string{"written SET [a]", "read SET [a]"}},
		{"SET a = (:v)", []string{"written SET [a]"}},
		{"SET a = (b)", []string{"written SET [a]", "read SET [b]"}},
		{"SET a = a + :v", []string{"written SET [a]", "read + [a]"}},
		{"SET a = b-c", []string{"written SET [a]", "read - [b]", "read - [c]"}},
		{"SET a = b + b", []string{"written SET [a]", "read + [b]", "read + [b]"}},
		{"SET a = ((b) + (:v))", []string{"written SET [a]", "read + [b]"}},
		{"SET a = if_not_exists(a, :v)", []string{"written SET [a]", "read if_not_exists [a]"}},
		{"SET a = if_not_exists(b, c)", []string{"written SET [a]", "read if_not_exists [b]", "read if_not_exists [c]"}},
		{"SET a = if_not_exists((b), (:v))", []string{"written SET [a]", "read if_not_exists [b]"}},
		{"SET a = if_not_exists(b, if_not_exists(b, c))", []string{"written SET [a]", "read if_not_exists [b]", "read if_not_exists [b]", "read if_not_exists [c]"}},
		{"SET a = if_not_exists(b, :v) + c", []string{"written SET [a]", "read if_not_exists [b]", "read + [c]"}},
		{"SET a = list_append(a, a)", []string{"written SET [a]", "read list_append [a]", "read list_append [a]"}},
		{"SET a = (list_append(:v, b))", []string{"written SET [a]", "read list_append [b]"}},
		{"SET a = list_append(if_not_exists(a, :v), b)", []string{"written SET [a]", "read if_not_exists [a]", "read list_append [b]"}},
		{"SET a = :v, b = c", []string{"written SET [a]", "written SET [b]", "read SET [c]"}},
		{"SET if_not_exists = list_append", []string{"written SET [if_not_exists]", "read SET [list_append]"}},
		{"REMOVE a, b.c[1], #dot", []string{"written REMOVE [a]", "written REMOVE [b, c, [1]]", "written REMOVE [a.b]"}},
		{"REMOVE a[0], a[1], b.c, b.d", []string{"written REMOVE [a, [0]]", "written REMOVE [a, [1]]", "written REMOVE [b, c]", "written REMOVE [b, d]"}},
		{"ADD a :v, b.c :w", []string{"written ADD [a]", "written ADD [b, c]"}},
		{"DELETE a :v", []string{"written DELETE [a]"}},
		{"remove a Set b = :v aDD c :v delete d :v", []string{"written REMOVE [a]", "written SET [b]", "written ADD [c]", "written DELETE [d]"}},
		{"REMOVE #dot, a", []string{"written REMOVE [a.b]", "written REMOVE [a]"}},
		{"REMOVE setter, removed", []string{"written REMOVE [setter]", "written REMOVE [removed]"}},
	})
}

func TestUpdatesThatAreRefused(t *testing.T) {
	testRefused(t, expression.Update, []refused{
		{"", empty},
		{"a = :v", syntax},
		{"SET", syntax},
		{"SET a", syntax},
		{"SET a =", syntax},
		{"SET a :v", syntax},
		{"SET a == :v", syntax},
		{"SET a = :v,", syntax},
		{"SET a = :v;", syntax},
		{"SET a = :v b = :v", syntax},
		{"SET a = :v, REMOVE b", reserved},
		{"REMOVE a, remove", reserved},
		{"SET a = REMOVE REMOVE b", reserved},
		{", SET a = :v", syntax},
		{"SETa = :v", syntax},
		{"SET (a) = :v", syntax},
		{"SET :v = a", syntax},
		{"SET a = ()", syntax},
		{"SET a = (:v", syntax},
		{"SET a = :v)", syntax},
		{"SET a = 5", syntax},
		{"SET a = -:v", syntax},
		{"SET a = b +", syntax},
		{"SET a = b * :v", syntax},
		{"SET a = b + c + d", syntax},
		{"SET a = (b + c) + d", syntax},
		{"SET a = b + (c + d)", syntax},
		{"SET a = if_not_exists(b, c + :v)", syntax},
		{"SET a = if_not_exists(b, (c + :v))", syntax},
		{"SET a = list_append((b + c), :v)", syntax},
		{"SET a = b AND c", syntax},
		{"SET a = b = c", syntax},
		{"SET a = if_not_exists(b)", syntax},
		{"SET a = if_not_exists()", syntax},
		{"SET a = list_append(b, c, d)", syntax},
		{"SET a = list_append(b, c", syntax},
		{"REMOVE", syntax},
		{"REMOVE (a)", syntax},
		{"REMOVE a b", syntax},
		{"REMOVE :v", syntax},
		{"REMOVE a = :v", syntax},
		{"ADD a", syntax},
		{"ADD a b", syntax},
		{"ADD a (:v)", syntax},
		{"ADD a = :v", syntax},
		{"ADD a :v + :w", syntax},
		{"DELETE a b", syntax},
		{"UPDATE a = :v", syntax},
		{"SET a = ((:v))", parentheses},
		{"SET a = ((b + c))", parentheses},
		{"SET a = b + ((c))", parentheses},
		{"SET a = if_not_exists(((b)), :v)", parentheses},
		{"SET a = :v SET b = :v", "only be used once"},
		{"REMOVE a SET b = :v remove c", "only be used once"},
		{"SET name = :v", reserved},
		{"SET a = name", reserved},
		{"SET a = NULL", reserved},
		{"SET #undefined = :v", undefined},
		{"SET a = #undefined", undefined},
		{"REMOVE #empty", empty},
		{"SET a = size(b)", noFunction},
		{"SET a = IF_NOT_EXISTS(b, :v)", noFunction},
		{"SET a = attribute_exists(b)", noFunction},
		{"SET a = if_not_exists(:v, b)", needsPath},
		{"SET a = if_not_exists(if_not_exists(b, c), :v)", needsPath},
		{"SET a = if_not_exists(b, b)", distinct},
		{"SET a = if_not_exists(a, #a)", distinct},
		{"SET a = list_append(list_append(b, :v), :v)", notHere},
		{"SET a = if_not_exists(b, list_append(b, :v))", notHere},
		{"SET a = list_append(b, :v) + c", notHere},
		{"SET a = c - (list_append(b, :v))", notHere},
		{"SET a = :v, a = :v", overlap},
		{"SET a = :v REMOVE #a", overlap},
		{"SET a = :v ADD a.b :v", overlap},
		{"DELETE a.b :v REMOVE a", overlap},
		{"REMOVE a[0], a.b", conflict},
	})
}

func TestLimitsOfUpdates(t *testing.T) {
	repeat := func(section, element string, n int) string {
		var elements []string
		for i := range n {
			elements = append(elements, fmt.Sprintf(element, i))
		}
		return section + " " + strings.Join(elements, ",")
	}
	nested := func(n int) string {
		return "SET a = " + strings.Repeat("if_not_exists(b,", n) + ":v" + strings.Repeat(")", n)
	}
	for _, text := range []string{
		repeat("SET", "a%d=b", 500),
		repeat("REMOVE", "a%d", 600),
		repeat("SET", "a%d=b+c", 300),
		repeat("SET", "a%d=if_not_exists(b,c)+d", 150),
		nested(230),
	} {
		t.Run(title(text)+" is within the limits", func(t *testing.T) {
			_, err := expression.Update(text, nil)
			assert.NoError(t, err)
		})
	}
	testRefused(t, expression.Update, []refused{
		{repeat("SET", "a%d=b+c", 301), tooMany},
		{repeat("SET", "a%d=if_not_exists(b,c)+d", 151), tooMany},
		{nested(300), tooLong},
		{"SET a" + strings.Repeat(".b", 32) + " = :v", tooDeep},
		{"SET a = " + strings.Repeat("(", 2000) + ":v" + strings.Repeat(")", 2000), "nested too deeply"},
	})
}

func TestProjectionsThatAreAccepted(t *testing.T) {
	testAccepted(t, expression.Projection, []accepted{
		{"a", []string{"projected  [a]"}},
		{"a,b ,\nc", []string{"projected  [a]", "projected  [b]", "projected  [c]"}},
		{"#a.#dot[0].#u, #dot", []string{"projected  [a, a.b, [0], größe 😀]", "projected  [a.b]"}},
		{"a.b, a.c, b[0], b[1]", []string{"projected  [a, b]", "projected  [a, c]", "projected  [b, [0]]", "projected  [b, [1]]"}},
		{"contains, #size", []string{"projected  [contains]", "projected  [size]"}},
	})
}

func TestProjectionsThatAreRefused(t *testing.T) {
	testRefused(t, expression.Projection, []refused{
		{"", empty},
		{"a,", syntax},
		{",a", syntax},
		{"a,,b", syntax},
		{"a b", syntax},
		{"(a)", syntax},
		{"*", syntax},
		{"a.*", syntax},
		{":v", syntax},
		{"size(a)", reserved},
		{"contains(a, b)", syntax},
		{"a = :v", syntax},
		{"größe", syntax},
		{"name", reserved},
		{"#undefined", undefined},
		{"a, a", overlap},
		{"a, #a", overlap},
		{"#a, #a2", overlap},
		{"a.b, a", overlap},
		{"a.b, a[0]", conflict},
		{"a" + strings.Repeat(".b", 32), tooDeep},
		{strings.Repeat("a", 4097), tooLong},
	})
}
