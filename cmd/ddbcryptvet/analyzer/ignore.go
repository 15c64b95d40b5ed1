package analyzer

import (
	"go/token"
	"strings"
)

// ignore is the directive that silences what is reported on its line or the next one.
const ignore = "//ddbcryptvet:ignore"

type line struct {
	file   string
	number int
}

func (c *check) findIgnored() map[line]bool {
	ignored := map[line]bool{}
	for _, file := range c.Files {
		for _, group := range file.Comments {
			for _, comment := range group.List {
				reason, ok := strings.CutPrefix(comment.Text, ignore)
				at := c.line(comment.Pos())
				switch {
				case !ok || reason != "" && reason[0] != ' ' && reason[0] != '\t':
				case strings.TrimSpace(reason) == "":
					c.report(found{rule: ruleIgnore, reason: ignore + " has no reason and no effect, write one after it",
						place: place{pos: comment.Pos(), end: comment.End()}})
				default:
					ignored[at] = true
					ignored[line{at.file, at.number + 1}] = true
				}
			}
		}
	}
	return ignored
}

func (c *check) isIgnored(pos token.Pos) bool { return c.ignored[c.line(pos)] }

func (c *check) line(pos token.Pos) line {
	at := c.Fset.Position(pos)
	return line{at.Filename, at.Line}
}
