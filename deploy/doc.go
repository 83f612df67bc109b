// Package deploy holds what runs beside Utfall and around it: rules, dashboards, units, images, manifests and the runbook. It has
// no code that the program needs, only tests that keep these files true: of the metrics that exist, the options that are read,
// the commands that are there.
package deploy
