// Package golangci makes ddbcryptvet a linter of golangci-lint, by its module plugin
// system. What it reports is in the manual of cmd/ddbcryptvet.
//
// A file .custom-gcl.yml beside the program says what to build; golangci-lint custom
// builds it:
//
//	version: v2.1.0
//	plugins:
//	  - module: github.com/ddbcrypt/ddbcrypt
//	    import: github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet/golangci
//	    version: v1.0.0
//
// and .golangci.yml turns it on:
//
//	version: "2"
//	linters:
//	  enable: [ddbcryptvet]
//	  settings:
//	    custom:
//	      ddbcryptvet:
//	        type: module
//	        description: mistakes in the use of ddbcrypt tags
//	        settings:              # all optional
//	          sensitive: true      # turn the rule sensitive on
//	          signed: false        # let it report what is signed only too
//	          words: [email, iban] # instead of its own list
//	          tagkey: json         # key of struct tags that name attributes
//
// golangci-lint runs the built program, ./custom-gcl run, and silences reports by its
// own comments, //nolint:ddbcryptvet, too.
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet/analyzer"
)

func init() { register.Plugin("ddbcryptvet", newPlugin) }

// settings are those of the linter in .golangci.yml.
type settings struct {
	Sensitive bool     `json:"sensitive"`
	Signed    bool     `json:"signed"`
	Words     []string `json:"words"`
	TagKey    string   `json:"tagkey"`
}

type plugin struct{ settings settings }

func newPlugin(raw any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[settings](raw)
	if err != nil {
		return nil, fmt.Errorf("ddbcryptvet: settings are sensitive, signed, words and tagkey: %w", err)
	}
	return plugin{s}, nil
}

func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{analyzer.New(analyzer.Options{
		Sensitive: p.settings.Sensitive, Signed: p.settings.Signed, Words: p.settings.Words, TagKey: p.settings.TagKey,
	})}, nil
}

// GetLoadMode asks for types.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
