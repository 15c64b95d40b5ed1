package analyzer_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet/analyzer"
)

func TestReports(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), analyzer.Analyzer,
		"grammar", "shape", "parts", "generic", "attribute", "mappers", "plain", "encrypted", "wrapped", "generatedcode", "ignored")
}

func TestNothingIsReportedOfCleanPackages(t *testing.T) {
	all := analyzer.New(analyzer.Options{Sensitive: true, Words: []string{"password"}})
	analysistest.Run(t, analysistest.TestData(), all, "clean")
}

func TestFixes(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), analyzer.Analyzer, "fixes", "attributefix", "mappers")
}

func TestSensitiveNames(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), analyzer.New(analyzer.Options{Sensitive: true}), "sensitive")
}

func TestFlagsSetTheOptions(t *testing.T) {
	a := analyzer.New(analyzer.Options{})
	for name, value := range map[string]string{"tagkey": "json", "sensitive": "true", "signed": "true", "words": "mail,birth date"} {
		if err := a.Flags.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	analysistest.Run(t, analysistest.TestData(), a, "flags")
}
